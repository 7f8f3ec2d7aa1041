// What a text in a record may be: UTF-8 without control characters, not longer than its field
// allows, and of its field's format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "schemas/identifiers.h"
#include "schemas/record_type.h"

namespace hub::schemas {

enum class TextRule : std::uint8_t { Fine, NotUtf8, Control, TooLong, BadFormat };

// Control characters are C0, DEL and C1, the line and paragraph separators, the byte order mark,
// and the marks that reorder text on a screen (U+202A to U+202E, U+2066 to U+2069), which serve to
// disguise. With `lines`, tab, LF and CR before LF are allowed.
[[nodiscard]] TextRule check_characters(std::string_view text, bool lines,
                                        std::size_t max_characters);

// Without the ASCII spaces around it.
[[nodiscard]] std::string_view trimmed(std::string_view text);

// A whole number in decimal digits, with or without a minus; nothing for anything else.
[[nodiscard]] std::optional<std::int64_t> whole_number(std::string_view text);

struct TextAnswer {
  TextRule rule = TextRule::Fine;
  // The spelling to keep, when the format has one; otherwise the text itself is kept.
  std::optional<Canonical> canonical;
};

// `text` is one value of a Text or Texts field, already trimmed.
[[nodiscard]] TextAnswer examine_text(const Field& field, std::string_view text);

}  // namespace hub::schemas
