#include "cli/table.h"

#include <algorithm>
#include <ostream>

namespace hub::cli {
namespace {

// Control characters are those of ASCII and U+0080 to U+009F, which UTF-8 writes as C2 80 to C2 9F
// and some terminals obey like an escape.
std::string harmless(const std::string& cell) {
  std::string out;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    const auto byte = static_cast<unsigned char>(cell[i]);
    const auto next = i + 1 < cell.size() ? static_cast<unsigned char>(cell[i + 1]) : 0U;
    const bool two_bytes = byte == 0xc2 && next >= 0x80 && next <= 0x9f;
    out += byte < 0x20 || byte == 0x7f || two_bytes ? '?' : cell[i];
    if (two_bytes) ++i;
  }
  return out;
}

// Characters on screen: UTF-8 continuation bytes take no room.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.,-") == std::string::npos;
}

}  // namespace

void Table::print(std::ostream& out) const {
  std::vector<std::size_t> widths;
  std::vector<bool> numeric(header_.size(), true);
  widths.reserve(header_.size());
  for (const auto& title : header_) widths.push_back(width_of(title));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < std::min(row.size(), widths.size()); ++i) {
      widths[i] = std::max(widths[i], width_of(harmless(row[i])));
      numeric[i] = numeric[i] && (row[i].empty() || is_number(row[i]));
    }
  }
  const auto print_row = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const auto cell = i < row.size() ? harmless(row[i]) : std::string();
      const std::string padding(widths[i] - width_of(cell), ' ');
      line += numeric[i] ? padding + cell : cell + padding;
      line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  };
  print_row(header_);
  std::string rule;
  for (const auto width : widths) rule += std::string(width, '-') + "  ";
  rule.erase(rule.find_last_not_of(' ') + 1);
  out << rule << '\n';
  for (const auto& row : rows_) print_row(row);
}

}  // namespace hub::cli
