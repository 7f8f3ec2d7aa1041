// SQL conditions for SQLite, put together of parts: a text and the values bound in it, in the order
// of its question marks. Inside the folder: for row filters.
//
// A condition is 1, 0 or, where it may err, NULL; `may_be_null` says that it may. SQL has
// `NULL AND 0` = 0, Cedar has error && false = error: all_of() and any_of() give what Cedar gives.
// Names in a text come from a checked mapping only, and values are bound, never written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policy/cedar/expression.h"

namespace hub::policy {

using Binding = std::variant<std::int64_t, std::string>;

struct SqlText {
  std::string text;
  std::vector<Binding> values;
  bool may_be_null = false;

  SqlText& operator<<(std::string_view more);
  SqlText& operator<<(SqlText more);  // with its values; may_be_null stays as it was
};

[[nodiscard]] SqlText sql_constant(bool value);
[[nodiscard]] SqlText sql_error();
[[nodiscard]] bool is_constant(const SqlText& sql, bool value);
[[nodiscard]] SqlText sql_not(SqlText operand);

// Left to right, as && and || go, nested as shallow as it can be. None: 1 and 0.
[[nodiscard]] SqlText all_of(std::vector<SqlText> parts);
[[nodiscard]] SqlText any_of(std::vector<SqlText> parts);

// name IN (?, ?, ...); NULL when the column is NULL. No values: 0.
[[nodiscard]] SqlText column_in(const std::string& column, bool may_be_null,
                                std::vector<Binding> values);

// What holds unless one of these columns is NULL; then it is NULL.
[[nodiscard]] SqlText unless_null(SqlText condition, const std::vector<std::string>& columns);

// A `like` pattern in the words of GLOB, which minds case and has metacharacters of its own.
[[nodiscard]] std::string glob_of(const Pattern& pattern);

}  // namespace hub::policy
