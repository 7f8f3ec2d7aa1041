#include "policy/row_sql.h"

#include <iterator>
#include <span>
#include <utility>

namespace hub::policy {
namespace {

// && and || are associative with their errors, so a long chain may be halved again and again.
SqlText joined(std::span<SqlText> parts, bool conjunction) {
  if (parts.size() == 1) return std::move(parts.front());
  const auto half = parts.size() / 2;
  auto left = joined(parts.first(half), conjunction);
  auto right = joined(parts.subspan(half), conjunction);
  SqlText out;
  out.may_be_null = left.may_be_null || right.may_be_null;
  if (!left.may_be_null) {
    out << "(" << std::move(left) << (conjunction ? " AND " : " OR ") << std::move(right) << ")";
  } else if (conjunction) {
    out << "(CASE " << std::move(left) << " WHEN 1 THEN " << std::move(right)
        << " WHEN 0 THEN 0 END)";
  } else {
    out << "(CASE " << std::move(left) << " WHEN 1 THEN 1 WHEN 0 THEN " << std::move(right)
        << " END)";
  }
  return out;
}

SqlText chain(std::vector<SqlText> parts, bool conjunction) {
  std::erase_if(parts, [&](const SqlText& part) { return is_constant(part, conjunction); });
  return parts.empty() ? sql_constant(conjunction) : joined(parts, conjunction);
}

}  // namespace

SqlText& SqlText::operator<<(std::string_view more) {
  text += more;
  return *this;
}

SqlText& SqlText::operator<<(SqlText more) {
  text += more.text;
  values.insert(values.end(), std::make_move_iterator(more.values.begin()),
                std::make_move_iterator(more.values.end()));
  return *this;
}

SqlText sql_constant(bool value) { return {value ? "1" : "0", {}, false}; }

SqlText sql_error() { return {"NULL", {}, true}; }

bool is_constant(const SqlText& sql, bool value) { return sql.text == (value ? "1" : "0"); }

SqlText sql_not(SqlText operand) {
  for (const bool value : {true, false}) {
    if (is_constant(operand, value)) return sql_constant(!value);
  }
  SqlText out;
  out.may_be_null = operand.may_be_null;
  out << "(NOT " << std::move(operand) << ")";
  return out;
}

SqlText all_of(std::vector<SqlText> parts) { return chain(std::move(parts), true); }

SqlText any_of(std::vector<SqlText> parts) { return chain(std::move(parts), false); }

SqlText column_in(const std::string& column, bool may_be_null, std::vector<Binding> values) {
  if (values.empty()) {
    return may_be_null ? unless_null(sql_constant(false), {column}) : sql_constant(false);
  }
  SqlText out{"(" + column + " IN (", {}, may_be_null};
  for (std::size_t i = 0; i < values.size(); ++i) out << (i == 0 ? "?" : ", ?");
  out << "))";
  out.values = std::move(values);
  return out;
}

SqlText unless_null(SqlText condition, const std::vector<std::string>& columns) {
  if (columns.empty()) return condition;
  SqlText out;
  out.may_be_null = true;
  out << "(CASE WHEN ";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    out << (i == 0 ? "" : " AND ") << columns[i] << " IS NOT NULL";
  }
  out << " THEN " << std::move(condition) << " END)";
  return out;
}

std::string glob_of(const Pattern& pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (i > 0) out += '*';
    for (const char c : pattern[i]) {
      const bool special = c == '*' || c == '?' || c == '[';
      if (special) out += '[';
      out += c;
      if (special) out += ']';
    }
  }
  return out;
}

}  // namespace hub::policy
