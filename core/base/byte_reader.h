// Reads fixed-layout, big-endian bytes from an untrusted buffer.
//
// A failed read sticks: it and every later read yield zeros or empty views, and finished() is
// false. So a parser reads all its fields first, asks once, and only then looks.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"

namespace hub {

class ByteReader {
 public:
  explicit ByteReader(Bytes input) : rest_(input) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(big_endian(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(big_endian(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(big_endian(4)); }
  std::uint64_t u64() { return big_endian(8); }

  // A view into the input, empty if fewer than `size` bytes remain.
  Bytes take(std::size_t size);

  // A u32 length, then that many bytes.
  Bytes prefixed() { return take(u32()); }

  template <std::size_t N>
  std::array<std::uint8_t, N> array() {
    std::array<std::uint8_t, N> out{};
    const Bytes in = take(N);
    std::copy(in.begin(), in.end(), out.begin());
    return out;
  }

  // True when every read succeeded and no byte is left over.
  [[nodiscard]] bool finished() const { return ok_ && rest_.empty(); }
  [[nodiscard]] bool failed() const { return !ok_; }
  [[nodiscard]] std::size_t remaining() const { return rest_.size(); }

 private:
  std::uint64_t big_endian(std::size_t size);

  Bytes rest_;
  bool ok_ = true;
};

}  // namespace hub
