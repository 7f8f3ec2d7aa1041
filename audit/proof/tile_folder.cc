#include "audit/proof/tile_folder.h"

#include <algorithm>
#include <optional>
#include <span>

#include "audit/proof/entry_stream.h"
#include "audit/proof/tile_path.h"
#include "core/base/file.h"
#include "core/base/result.h"
#include "core/crypto/merkle.h"

namespace hub::audit {
namespace {

constexpr std::size_t kMostBytes = 32U << 20U;  // 256 entries of the largest size fit

[[noreturn]] void refuse(const std::filesystem::path& file) {
  throw EnvError(file.string() + " does not hold what its name says; export the log again");
}

std::size_t width_of(std::uint64_t number, std::uint64_t count) {
  return static_cast<std::size_t>(std::min<std::uint64_t>(kTileWidth, count - number * kTileWidth));
}

}  // namespace

crypto::Digest TileFolder::hash(unsigned level, std::uint64_t index) {
  const auto tile_level = level / kTileHeight;
  const auto within = level % kTileHeight;
  const auto first = index << within;
  const auto number = first / kTileWidth;
  const auto width = width_of(number, size_ >> (tile_level * kTileHeight));
  const auto file = folder_ / tile_path(tile_level, number, width);
  const auto content = read_file(file, kMostBytes);
  if (content.size() != width * sizeof(crypto::Digest)) refuse(file);
  std::vector<crypto::Digest> hashes(std::size_t{1} << within);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const auto at = (first % kTileWidth + i) * sizeof(crypto::Digest);
    std::ranges::copy(Bytes(content).subspan(at, sizeof(crypto::Digest)), hashes[i].begin());
  }
  return crypto::merkle_root(hashes);
}

Buffer TileFolder::entry(std::uint64_t index) const {
  require(index < size_, "an entry is asked for that the log has");
  const auto number = index / kTileWidth;
  const auto file = folder_ / bundle_path(number, width_of(number, size_));
  std::optional<Buffer> out;
  auto at = number * kTileWidth;
  EntryStream().feed(read_file(file, kMostBytes), [&](Bytes entry) {
    if (at++ == index) out = to_buffer(entry);
  });
  if (!out) refuse(file);
  return std::move(*out);
}

void TileFolder::each_entry(const TakeEntry& take) const {
  for (std::uint64_t first = 0; first < size_; first += kTileWidth) {
    const auto number = first / kTileWidth;
    const auto width = width_of(number, size_);
    const auto file = folder_ / bundle_path(number, width);
    std::size_t count = 0;
    EntryStream entries;
    entries.feed(read_file(file, kMostBytes), [&](Bytes entry) {
      if (count == width) refuse(file);
      take(first + count++, entry);
    });
    if (count != width || !entries.is_whole()) refuse(file);
  }
}

}  // namespace hub::audit
