// The layout that SQLCipher 4 gives a page and SQLite a write-ahead log, as far as this folder
// reads them itself.
//
//   page:  ciphertext | IV:16 | HMAC-SHA-256:32     (the HMAC covers ciphertext, IV, page number)
//   log:   header:32, then frames: header:24 page:16384
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace hub::storage {

inline constexpr std::size_t kPageSize = 16384;
inline constexpr std::size_t kTagSize = 32;
inline constexpr std::size_t kTagOffset = kPageSize - kTagSize;
inline constexpr std::size_t kLogHeaderSize = 32;
inline constexpr std::size_t kFrameHeaderSize = 24;
inline constexpr std::size_t kFrameSize = kFrameHeaderSize + kPageSize;

// A page's HMAC: who knows it knows that page's whole content at that place.
using PageTag = std::array<std::uint8_t, kTagSize>;
// Drawn anew each time the log starts from its beginning.
using LogSalts = std::array<std::uint8_t, 8>;

[[nodiscard]] constexpr std::uint64_t frame_offset(std::uint64_t index) {
  return kLogHeaderSize + index * kFrameSize;
}

}  // namespace hub::storage
