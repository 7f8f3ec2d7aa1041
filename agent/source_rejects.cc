#include "agent/source_rejects.h"

#include <algorithm>
#include <string_view>

#include "agent/source_columns.h"

namespace hub::agent {
namespace {

void add_cell(std::string& line, std::string_view text) {
  if (!line.empty()) line.push_back(',');
  line.push_back('"');
  for (const char c : text) {
    if (c == '"') line.push_back('"');
    line.push_back(c);
  }
  line.push_back('"');
}

std::string joined(std::span<const RowProblem> problems, std::string RowProblem::* part) {
  std::string out;
  for (const auto& problem : problems) {
    if (!out.empty()) out += " | ";
    out += problem.*part;
  }
  return out;
}

void write_line(std::ostream& out, std::string line) {
  line += "\r\n";
  out.write(line.data(), static_cast<std::streamsize>(line.size()));
  if (!out) throw EnvError("cannot write the rejects file: is the disk full?");
}

}  // namespace

RejectsWriter::RejectsWriter(std::ostream& out, const std::vector<std::string>& columns)
    : out_(out) {
  std::string line;
  for (const auto name : kRejectColumns) add_cell(line, name);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (is_reject_column(columns[i])) {
      dropped_.push_back(i);
    } else {
      add_cell(line, columns[i]);
    }
  }
  columns_ = columns.size();
  write_line(out_, std::move(line));
}

void RejectsWriter::write(const SourceRow& row, std::span<const RowProblem> problems) {
  std::string line;
  add_cell(line, std::to_string(row.number));
  add_cell(line, std::to_string(row.line));
  add_cell(line, joined(problems, &RowProblem::field));
  add_cell(line, joined(problems, &RowProblem::rule));
  add_cell(line, joined(problems, &RowProblem::what_to_do));
  // A row with too few or too many cells keeps what it has; the operator sees where it slips.
  const std::size_t cells = std::max(row.cells.size(), columns_);
  for (std::size_t i = 0; i < cells; ++i) {
    if (std::ranges::find(dropped_, i) != dropped_.end()) continue;
    add_cell(line, i < row.cells.size() ? row.cells[i] : std::string_view());
  }
  write_line(out_, std::move(line));
}

}  // namespace hub::agent
