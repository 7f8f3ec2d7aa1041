// Tables for people: columns as wide as their content, a header line, numbers to the right.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace hub::cli {

class Table {
 public:
  explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}

  // As many cells as the header has; a missing one is empty.
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  [[nodiscard]] bool empty() const { return rows_.empty(); }

  // Control characters in cells are shown as "?", so that no content can steer a terminal.
  void print(std::ostream& out) const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace hub::cli
