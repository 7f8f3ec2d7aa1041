// The rejects file: rows that were refused, each with the reason, in a form that an operator can
// correct and hand in again.
//
//   hub_row,hub_line,hub_column,hub_rule,hub_what_to_do,<the columns of the file>
//
// Every cell is quoted. The hub's own cells are fixed words. The original cells are written back
// verbatim, since the file is read again by the hub: a spreadsheet that opens it must be told to
// take all columns as text, or a cell that starts with = + - or @ may be run as a formula.
#pragma once

#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "agent/source.h"

namespace hub::agent {

class RejectsWriter {
 public:
  // Writes the header. The stream outlives the writer; a failed write throws EnvError.
  RejectsWriter(std::ostream& out, const std::vector<std::string>& columns);

  // One line for the row; several problems are joined in the hub's cells.
  void write(const SourceRow& row, std::span<const RowProblem> problems);

 private:
  std::ostream& out_;
  std::size_t columns_ = 0;           // of the file that was read
  std::vector<std::size_t> dropped_;  // those of an earlier rejects file
};

}  // namespace hub::agent
