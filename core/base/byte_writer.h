// Writes the fixed-layout, big-endian bytes that ByteReader reads.
//
// prefixed() is the `||` of docs/protocol.md: every joined field carries its length, so that no
// two different lists of fields give the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/base/bytes.h"

namespace hub {

class ByteWriter {
 public:
  ByteWriter() : ByteWriter(kUsualSize) {}
  explicit ByteWriter(std::size_t expected_size) { out_.reserve(expected_size); }

  ByteWriter& u8(std::uint8_t value) { return big_endian(value, 1); }
  ByteWriter& u16(std::uint16_t value) { return big_endian(value, 2); }
  ByteWriter& u32(std::uint32_t value) { return big_endian(value, 4); }
  ByteWriter& u64(std::uint64_t value) { return big_endian(value, 8); }
  ByteWriter& raw(Bytes bytes);
  // A u32 length, then the bytes. Longer than 4 GiB is a bug of ours and throws std::length_error.
  ByteWriter& prefixed(Bytes bytes);
  ByteWriter& prefixed(std::string_view text) { return prefixed(as_bytes(text)); }

  [[nodiscard]] Bytes view() const { return out_; }
  // The bytes; the writer is then empty.
  [[nodiscard]] Buffer take() { return std::exchange(out_, {}); }

 private:
  // Most of what is written is the input of a hash: one allocation serves it.
  static constexpr std::size_t kUsualSize = 256;
  ByteWriter& big_endian(std::uint64_t value, unsigned size);

  Buffer out_;
};

}  // namespace hub
