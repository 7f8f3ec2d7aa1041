// Rows of a CSV file (RFC 4180), before anybody knows what its columns mean: UTF-8 with or without
// a byte order mark, LF or CRLF, quoted line breaks. Fields up to 64 KiB, rows up to 1 MiB.
#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "agent/source.h"

namespace hub::agent {

// A row has one cell more than this where it has too many.
inline constexpr std::size_t kMaxColumns = 512;

struct RawRow {
  struct Cell {
    std::size_t first = 0;
    std::size_t size = 0;
  };

  std::uint64_t line = 0;
  std::vector<char> memory;
  std::vector<Cell> cells;
  bool cell_too_long = false;

  [[nodiscard]] std::string_view text(const Cell& cell) const {
    return std::string_view(memory.data(), memory.size()).substr(cell.first, cell.size);
  }
};

// In constant memory. Blank lines are passed over.
class CsvRows {
 public:
  explicit CsvRows(std::unique_ptr<std::istream> file);
  CsvRows(const CsvRows&) = delete;
  CsvRows& operator=(const CsvRows&) = delete;
  CsvRows(CsvRows&&) = delete;
  CsvRows& operator=(CsvRows&&) = delete;
  ~CsvRows();

  // Nothing at the end, or where the file is broken. A read error of the stream throws EnvError.
  std::optional<RawRow> next();
  [[nodiscard]] const std::optional<FileProblem>& broken() const;

 private:
  class Feed;
  std::unique_ptr<Feed> feed_;
};

}  // namespace hub::agent
