// The same bytes or text with one bit the other way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.h"

namespace hub {

[[nodiscard]] inline Buffer flipped(Bytes bytes, std::size_t bit) {
  auto out = to_buffer(bytes);
  out.at(bit / 8) ^= static_cast<std::uint8_t>(1U << (bit % 8));
  return out;
}
[[nodiscard]] inline std::string flipped(std::string_view text, std::size_t bit) {
  return to_text(flipped(as_bytes(text), bit));
}

}  // namespace hub
