// What drafts and views of a record share: how one value is written as text, and in what words a
// wrong one is explained.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "schemas/record.h"
#include "schemas/text_rules.h"

namespace hub::schemas {

// Between the values of Codes and Texts.
inline constexpr char kItemSeparator = ';';

// Where field `id` stands in the table of a FlatBuffer.
[[nodiscard]] inline std::uint16_t table_offset(const Field& field) {
  return static_cast<std::uint16_t>(4U + 2U * field.id);
}

// True for a day that iso_date() writes with four digits of year: 1800 to 2999.
[[nodiscard]] bool is_writable_day(std::int64_t day);

// Of a Number, Date, Flag or Code: the text that stands for the checked value.
[[nodiscard]] std::string scalar_text(const Field& field, std::int64_t value);

// Adds a verified text as a JSON string, quotes included.
void add_json_text(std::string& out, std::string_view text);

// Of a text that breaks `rule`.
[[nodiscard]] FieldProblem text_problem(const Field& field, TextRule rule);
// Of a Number, Date, Flag, Code or Codes that cannot be read.
[[nodiscard]] FieldProblem value_problem(const Field& field);

}  // namespace hub::schemas
