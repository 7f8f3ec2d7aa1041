// Byte views and byte buffers, and the one place where text and bytes change into each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hub {

using Bytes = std::span<const std::uint8_t>;
using Buffer = std::vector<std::uint8_t>;

// Views of the same memory; the caller keeps it alive.
[[nodiscard]] inline Bytes as_bytes(std::string_view text) {
  // NOLINTNEXTLINE(*-reinterpret-cast)
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(Bytes bytes) {
  // NOLINTNEXTLINE(*-reinterpret-cast)
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[nodiscard]] inline Buffer to_buffer(Bytes bytes) { return {bytes.begin(), bytes.end()}; }
[[nodiscard]] inline std::string to_text(Bytes bytes) { return std::string(as_text(bytes)); }

inline void append(Buffer& out, Bytes more) { out.insert(out.end(), more.begin(), more.end()); }

// True when both hold the same bytes. Not constant-time: never for secrets.
[[nodiscard]] bool same_bytes(Bytes left, Bytes right);

}  // namespace hub
