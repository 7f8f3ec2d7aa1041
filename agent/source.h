// Records as a borough's systems write them: a pull interface over a file of rows, in constant
// memory (agent/source_csv.h, agent/source_json.h).
//
// A row that is wrong by itself comes out with its problem, and reading goes on. A file that is
// broken ends: the rows before the break stand, and broken() says where and why.
//
// Columns are named as the fields of the record type. Columns starting hub_ are for the hub:
// hub_agreement, hub_purpose, hub_legal_basis, hub_handling and hub_priority say how a row is to
// be shared, hub_originator whose record it passes on; the columns that agent/source_rejects.h
// adds are skipped, so that a corrected rejects file can be read as it is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "schemas/record.h"

namespace hub::agent {

inline constexpr std::size_t kMaxFieldBytes = 64U << 10U;
inline constexpr std::size_t kMaxRowBytes = 1U << 20U;
inline constexpr std::size_t kSourceBlockBytes = 64U << 10U;  // read from the file at once

// `field` names the column; empty when the row as a whole is at fault.
using RowProblem = schemas::FieldProblem;

// Why a file cannot be read, or not further. Fixed words and column names.
struct FileProblem {
  std::uint64_t line = 0;  // 1-based; 0 when the file as a whole is at fault
  std::string rule;
  std::string what_to_do;
};

// How a row is to be shared, where it says so itself; empty where it does not.
struct SharingTexts {
  std::string_view agreement;
  std::string_view purpose;
  std::string_view legal_basis;
  std::string_view handling;
  std::string_view priority;
  std::string_view originator;
};

// One row. Its views are of memory that it owns: they last as long as the row, moves included.
struct SourceRow {
  SourceRow() = default;
  SourceRow(const SourceRow&) = delete;
  SourceRow& operator=(const SourceRow&) = delete;
  SourceRow(SourceRow&&) noexcept = default;
  SourceRow& operator=(SourceRow&&) noexcept = default;
  ~SourceRow() = default;

  std::uint64_t number = 0;                // 1-based; a header does not count
  std::uint64_t line = 0;                  // where it starts
  std::vector<schemas::FieldText> fields;  // for RecordDraft::check; empty values left out
  SharingTexts sharing;
  std::optional<RowProblem> problem;    // then `fields` is not to be used
  std::vector<std::string_view> cells;  // as read, in the order of columns(), for the rejects file
  std::vector<char> memory;
};

class RecordSource {
 public:
  RecordSource() = default;
  RecordSource(const RecordSource&) = delete;
  RecordSource& operator=(const RecordSource&) = delete;
  RecordSource(RecordSource&&) = delete;
  RecordSource& operator=(RecordSource&&) = delete;
  virtual ~RecordSource() = default;

  // Nothing at the end of the file, or where it is broken.
  [[nodiscard]] virtual std::optional<SourceRow> next() = 0;
  [[nodiscard]] virtual const std::optional<FileProblem>& broken() const = 0;
  // Column names of the file; for JSON all that a row may have.
  [[nodiscard]] virtual const std::vector<std::string>& columns() const = 0;
};

}  // namespace hub::agent
