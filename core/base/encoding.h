// Hexadecimal (lower case) and base64 (RFC 4648 section 4, standard alphabet, padded).
// Decoding is strict: one spelling per value, anything else is nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"

namespace hub {

[[nodiscard]] std::string to_hex(Bytes bytes);
[[nodiscard]] std::optional<Buffer> from_hex(std::string_view text);

[[nodiscard]] std::string to_base64(Bytes bytes);
[[nodiscard]] std::optional<Buffer> from_base64(std::string_view text);

}  // namespace hub
