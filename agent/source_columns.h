// What each column of a file is for: a field of the record type, a word to the hub, or nothing.
//
// A name that is not known is never repeated: a file without a header would have people's data in
// its first line. Problems name the column by number, and the field that was probably meant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/source.h"

namespace hub::agent {

// Of the rejects file, in its order.
inline constexpr std::array<std::string_view, 5> kRejectColumns = {
    "hub_row", "hub_line", "hub_column", "hub_rule", "hub_what_to_do"};
// Of SharingTexts, in its order.
inline constexpr std::array<std::string_view, 6> kSharingColumns = {
    "hub_agreement", "hub_purpose",  "hub_legal_basis",
    "hub_handling",  "hub_priority", "hub_originator"};

[[nodiscard]] bool is_reject_column(std::string_view name);

class ColumnPlan {
 public:
  // For a file with a header: refuses unknown, repeated and missing columns. `line` is that of
  // the header.
  [[nodiscard]] static Result<ColumnPlan, FileProblem> from_header(
      const schemas::RecordType& type, const std::vector<std::string>& names, std::uint64_t line);
  // For rows that name their own values: every field, then every sharing column.
  [[nodiscard]] static ColumnPlan of_all(const schemas::RecordType& type);

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  // Fills `fields` and `sharing` from `cells`, which has one cell per column.
  void fill(SourceRow& row) const;

 private:
  enum class Use : std::uint8_t { Field, Sharing, Nothing };
  struct Column {
    Use use = Use::Nothing;
    std::size_t index = 0;  // of the field, or in kSharingColumns
  };

  void add(Use use, std::size_t index, std::string name);

  std::vector<Column> columns_;
  std::vector<std::string> names_;
};

// "did you mean NAME?" for the nearest name of the type's fields and the hub's columns, or a hint
// to the data dictionary when none is near.
[[nodiscard]] std::string nearest_name(const schemas::RecordType& type, std::string_view name);

}  // namespace hub::agent
