#include "agent/source_csv.h"

#include <utility>

#include "agent/csv_rows.h"
#include "agent/source_columns.h"

namespace hub::agent {
namespace {

class CsvSource final : public RecordSource {
 public:
  CsvSource(std::unique_ptr<CsvRows> rows, ColumnPlan plan)
      : rows_(std::move(rows)), plan_(std::move(plan)) {}

  std::optional<SourceRow> next() override {
    auto raw = rows_->next();
    if (!raw) return std::nullopt;
    SourceRow row;
    row.number = ++number_;
    row.line = raw->line;
    row.memory = std::move(raw->memory);
    const std::string_view memory(row.memory.data(), row.memory.size());
    row.cells.reserve(raw->cells.size());
    for (const auto& cell : raw->cells) row.cells.push_back(memory.substr(cell.first, cell.size));
    if (row.cells.size() != plan_.names().size()) {
      row.problem =
          RowProblem{"", "not as many columns as the header",
                     "give " + std::to_string(plan_.names().size()) +
                         " columns; quote values that contain a comma, quotation mark or line "
                         "break"};
    } else if (raw->cell_too_long) {
      row.problem = RowProblem{"", "a value of more than 64 KiB", "shorten it"};
    } else {
      plan_.fill(row);
    }
    return row;
  }

  [[nodiscard]] const std::optional<FileProblem>& broken() const override {
    return rows_->broken();
  }
  [[nodiscard]] const std::vector<std::string>& columns() const override { return plan_.names(); }

 private:
  std::unique_ptr<CsvRows> rows_;
  ColumnPlan plan_;
  std::uint64_t number_ = 0;
};

}  // namespace

Result<std::unique_ptr<RecordSource>, FileProblem> open_csv(std::unique_ptr<std::istream> file,
                                                            const schemas::RecordType& type) {
  auto rows = std::make_unique<CsvRows>(std::move(file));
  const auto header = rows->next();
  if (!header) {
    if (const auto& broken = rows->broken()) return fail(*broken);
    return fail(FileProblem{0, "the file is empty", "give a header line and one line per record"});
  }
  if (header->cells.size() > kMaxColumns) {
    return fail(FileProblem{header->line, "more than 512 columns", "remove those not needed"});
  }
  std::vector<std::string> names;
  for (const auto& cell : header->cells) names.emplace_back(header->text(cell));
  auto plan = ColumnPlan::from_header(type, names, header->line);
  if (!plan) return fail(std::move(plan.error()));
  return std::make_unique<CsvSource>(std::move(rows), *std::move(plan));
}

}  // namespace hub::agent
