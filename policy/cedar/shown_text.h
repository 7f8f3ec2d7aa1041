// An author's words in a message: on one line, without what would disturb it.
#pragma once

#include <string>
#include <string_view>

#include "policy/cedar/unicode.h"

namespace hub::policy {

// Control and bidirectional characters, line breaks of every kind, and U+FFFD.
[[nodiscard]] bool disturbs_a_line(char32_t point);

// Between backquotes: at most 80 characters, those that disturb as \u{...}.
[[nodiscard]] std::string in_backquotes(std::string_view words);

// Calls back with each character and its bytes, until the callback says false; a byte that is not
// UTF-8 counts as U+FFFD.
template <class Take>
void for_each_character(std::string_view text, Take take) {
  while (!text.empty()) {
    const auto point = first_code_point(text);
    const auto size = point ? point->size : 1;
    if (!take(point ? point->value : char32_t{0xFFFD}, text.substr(0, size))) return;
    text.remove_prefix(size);
  }
}

}  // namespace hub::policy
