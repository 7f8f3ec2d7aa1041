// UTF-8, strictly: no overlong form, no surrogate, nothing past U+10FFFF.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hub::policy {

struct CodePoint {
  char32_t value = 0;
  std::size_t size = 0;  // bytes
};

// The character at the start of the text; nothing when the text is empty or malformed there.
[[nodiscard]] std::optional<CodePoint> first_code_point(std::string_view text);

// False, and nothing appended, when it is not a character (a surrogate, past U+10FFFF).
[[nodiscard]] bool append_code_point(std::string& out, char32_t value);

// Where the text stops being UTF-8; nothing when all of it is.
[[nodiscard]] std::optional<std::size_t> first_malformed(std::string_view text);

// The White_Space property, which is what Cedar skips between tokens.
[[nodiscard]] bool is_white_space(char32_t value);

}  // namespace hub::policy
