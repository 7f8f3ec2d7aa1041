#include "core/storage/wal_reader.h"

#include <algorithm>

#include "core/base/byte_reader.h"
#include "core/base/result.h"

namespace hub::storage {
namespace {

constexpr std::uint32_t kMagicLittle = 0x377f0682;  // checksums over little-endian words
constexpr std::uint32_t kMagicBig = 0x377f0683;
constexpr std::uint32_t kVersion = 3007000;

std::uint32_t word_at(Bytes bytes, std::size_t at, bool big_endian) {
  const auto b = bytes.subspan(at, 4);
  return big_endian ? (std::uint32_t{b[0]} << 24U) | (std::uint32_t{b[1]} << 16U) |
                          (std::uint32_t{b[2]} << 8U) | b[3]
                    : (std::uint32_t{b[3]} << 24U) | (std::uint32_t{b[2]} << 16U) |
                          (std::uint32_t{b[1]} << 8U) | b[0];
}

}  // namespace

WalChain::Checksum WalChain::extend(Checksum sum, Bytes bytes) const {
  for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
    sum[0] += word_at(bytes, at, big_endian_) + sum[1];
    sum[1] += word_at(bytes, at + 4, big_endian_) + sum[0];
  }
  return sum;
}

std::optional<WalChain> WalChain::begin(Bytes header) {
  ByteReader in(header);
  const auto magic = in.u32();
  const auto version = in.u32();
  const auto page_size = in.u32();
  (void)in.u32();  // counts checkpoints
  WalChain out;
  out.salts_ = in.array<8>();
  const Checksum written{in.u32(), in.u32()};
  if (!in.finished() || (magic != kMagicLittle && magic != kMagicBig) || version != kVersion ||
      page_size != kPageSize) {
    return std::nullopt;
  }
  out.big_endian_ = magic == kMagicBig;
  out.sum_ = out.extend({}, header.first(24));
  if (out.sum_ != written) return std::nullopt;
  return out;
}

std::optional<WalFrame> WalChain::next(Bytes frame) {
  if (frame.size() != kFrameSize) return std::nullopt;
  ByteReader in(frame.first(kFrameHeaderSize));
  WalFrame out;
  out.page = in.u32();
  out.pages_after = in.u32();
  const auto salts = in.array<8>();
  const Checksum written{in.u32(), in.u32()};
  if (out.page == 0 || salts != salts_) return std::nullopt;

  const auto sum = extend(extend(sum_, frame.first(8)), frame.subspan(kFrameHeaderSize));
  if (sum != written) return std::nullopt;
  sum_ = sum;
  const auto tag = frame.last(kTagSize);
  std::ranges::copy(tag, out.tag.begin());
  return out;
}

WalContents read_wal(const std::function<Buffer(std::uint64_t offset, std::size_t size)>& read) {
  WalContents out;
  const auto header = read(0, kLogHeaderSize);
  auto chain = WalChain::begin(header);
  if (!chain) {
    out.ignored_bytes = header.size();
    return out;
  }
  out.salts = chain->salts();
  std::size_t whole = 0;  // frames up to the last one that ends a transaction
  while (true) {
    const auto bytes = read(frame_offset(out.frames.size()), kFrameSize);
    const auto frame = chain->next(bytes);
    if (!frame) {
      out.ignored_bytes = bytes.size() + (out.frames.size() - whole) * kFrameSize;
      break;
    }
    out.frames.push_back(*frame);
    if (frame->commits()) whole = out.frames.size();
  }
  out.frames.resize(whole);
  return out;
}

WalContents read_wal(const FileDescriptor& file) {
  return read_wal(
      [&file](std::uint64_t offset, std::size_t size) { return read_at(file, offset, size); });
}

std::vector<WalFrame> read_new_frames(const FileDescriptor& file, std::uint64_t first,
                                      std::uint64_t last) {
  std::vector<WalFrame> out;
  out.reserve(last - first);
  // A frame's tag lies right before the next frame's header: one read gets both.
  auto bytes = read_at(file, frame_offset(first), kFrameHeaderSize);
  for (auto index = first; index < last; ++index) {
    ByteReader in(Bytes(bytes).last(std::min(bytes.size(), kFrameHeaderSize)));
    WalFrame frame;
    frame.page = in.u32();
    frame.pages_after = in.u32();
    bytes = read_at(file, frame_offset(index + 1) - kTagSize, kTagSize + kFrameHeaderSize);
    if (in.failed() || frame.page == 0 || bytes.size() < kTagSize) {
      throw EnvError("the write-ahead log is shorter than what was just written to it");
    }
    std::copy_n(bytes.begin(), kTagSize, frame.tag.begin());
    out.push_back(frame);
  }
  return out;
}

LogSalts read_salts(const FileDescriptor& file) {
  const auto header = read_at(file, 0, kLogHeaderSize);
  ByteReader in(header);
  (void)in.take(16);
  return in.array<8>();
}

}  // namespace hub::storage
