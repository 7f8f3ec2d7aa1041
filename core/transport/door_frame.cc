#include "core/transport/door_frame.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"

namespace hub::transport {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kHeaderBytes = 5;  // kind and request, counted by the length
constexpr std::string_view kVerbCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-_./";

std::optional<FrameKind> kind_of(std::uint8_t byte) {
  if (byte < static_cast<std::uint8_t>(FrameKind::Request) ||
      byte > static_cast<std::uint8_t>(FrameKind::End)) {
    return std::nullopt;
  }
  return static_cast<FrameKind>(byte);
}

std::size_t limit_of(FrameKind kind) {
  const bool block = kind == FrameKind::Input || kind == FrameKind::Block;
  return kHeaderBytes + (block ? kMaxDoorBlock : kMaxDoorFrame - kHeaderBytes);
}

bool is_well_formed(FrameKind kind, Bytes payload) {
  switch (kind) {
    case FrameKind::Request: return parse_request(payload).has_value();
    case FrameKind::Credit: return parse_credit(payload).has_value();
    case FrameKind::End: return parse_end(payload).has_value();
    case FrameKind::Cancel:
    case FrameKind::InputEnd: return payload.empty();
    case FrameKind::Input:
    case FrameKind::Block: return true;
  }
  return false;
}

}  // namespace

void FrameDecoder::add(Bytes bytes) {
  if (error_) return;
  // Moving the rest only when it is the smaller half costs each byte at most one move.
  if (start_ > 0 && 2 * start_ >= buffer_.size()) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(start_));
    start_ = 0;
  }
  append(buffer_, bytes);
}

Result<std::optional<Frame>, FrameError> FrameDecoder::next() {
  const auto lost = [this](FrameError error) {
    error_ = error;
    buffer_.clear();
    start_ = 0;
    return fail(error);
  };
  if (error_) return fail(*error_);
  ByteReader reader(Bytes(buffer_).subspan(start_));
  if (reader.remaining() < kLengthBytes) return std::nullopt;
  const std::size_t length = reader.u32();
  if (length > kMaxDoorFrame) return lost(FrameError::TooLong);
  if (length < kHeaderBytes) return lost(FrameError::TooShort);
  if (reader.remaining() < kHeaderBytes) return std::nullopt;
  const auto kind = kind_of(reader.u8());
  if (!kind) return lost(FrameError::UnknownKind);
  if (length > limit_of(*kind)) return lost(FrameError::TooLong);
  const auto request = reader.u32();
  if (reader.remaining() < length - kHeaderBytes) return std::nullopt;
  const Bytes payload = reader.take(length - kHeaderBytes);
  if (!is_well_formed(*kind, payload)) return lost(FrameError::BadPayload);
  start_ += kLengthBytes + length;
  return Frame{*kind, request, payload};
}

Buffer encode_frame(FrameKind kind, std::uint32_t request, Bytes payload) {
  const std::size_t length = kHeaderBytes + payload.size();
  if (length > limit_of(kind)) throw std::length_error("a frame of the local door is too long");
  ByteWriter out(kLengthBytes + length);
  out.u32(static_cast<std::uint32_t>(length)).u8(static_cast<std::uint8_t>(kind)).u32(request);
  out.raw(payload);
  return std::move(out).take();
}

Buffer encode_request(std::uint32_t request, std::string_view verb, Bytes payload) {
  ByteWriter out;
  out.prefixed(verb).raw(payload);
  return encode_frame(FrameKind::Request, request, out.view());
}

Buffer encode_credit(std::uint32_t request, std::uint32_t blocks) {
  ByteWriter out;
  out.u32(blocks);
  return encode_frame(FrameKind::Credit, request, out.view());
}

Buffer encode_end(std::uint32_t request, int status, std::string_view payload) {
  ByteWriter out;
  out.u32(static_cast<std::uint32_t>(status)).raw(as_bytes(payload));
  return encode_frame(FrameKind::End, request, out.view());
}

bool is_verb(std::string_view text) {
  return !text.empty() && text.size() <= kMaxDoorVerb &&
         text.find_first_not_of(kVerbCharacters) == std::string_view::npos;
}

Result<RequestPayload, FrameError> parse_request(Bytes payload) {
  ByteReader reader(payload);
  const auto verb = as_text(reader.prefixed());
  const auto rest = reader.take(reader.remaining());
  if (!reader.finished() || !is_verb(verb)) return fail(FrameError::BadPayload);
  return RequestPayload{verb, rest};
}

Result<std::uint32_t, FrameError> parse_credit(Bytes payload) {
  ByteReader reader(payload);
  const auto blocks = reader.u32();
  if (!reader.finished() || blocks == 0 || blocks > kDoorCredit) {
    return fail(FrameError::BadPayload);
  }
  return blocks;
}

Result<EndPayload, FrameError> parse_end(Bytes payload) {
  ByteReader reader(payload);
  const auto status = static_cast<int>(reader.u32());
  const auto rest = reader.take(reader.remaining());
  if (!reader.finished()) return fail(FrameError::BadPayload);
  return EndPayload{status, as_text(rest)};
}

}  // namespace hub::transport
