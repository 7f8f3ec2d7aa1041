#include "agent/source_columns.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

namespace hub::agent {
namespace {

constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kFar = 4;  // letters apart, from where two names are not alike

// Lower case, with blanks and hyphens as underscores: the slips that spreadsheets make.
std::string plain_name(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, kMaxNameBytes)) {
    if (c >= 'A' && c <= 'Z') {
      out.push_back(static_cast<char>(c - 'A' + 'a'));
    } else {
      out.push_back(c == ' ' || c == '-' ? '_' : c);
    }
  }
  return out;
}

// The number of letters to insert, remove or change (Levenshtein).
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t changed = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

FileProblem at_column(std::uint64_t line, std::size_t index, const std::string& rule,
                      std::string what_to_do) {
  return {line, "column " + std::to_string(index + 1) + " of the header " + rule,
          std::move(what_to_do)};
}

// The name of a column that must be there and is not.
std::optional<std::string> missing_column(const schemas::RecordType& type,
                                          const std::vector<bool>& named) {
  std::vector<bool> groups(type.groups().size(), false);
  groups[type.addressed_by().group_index] = true;
  for (const auto& field : type.fields()) {
    if (named[field.index]) groups[field.group_index] = true;
  }
  for (const auto& field : type.fields()) {
    if (field.required && groups[field.group_index] && !named[field.index]) return field.name;
  }
  return std::nullopt;
}

}  // namespace

bool is_reject_column(std::string_view name) {
  return std::ranges::find(kRejectColumns, name) != kRejectColumns.end();
}

void ColumnPlan::add(Use use, std::size_t index, std::string name) {
  columns_.push_back({use, index});
  names_.push_back(std::move(name));
}

Result<ColumnPlan, FileProblem> ColumnPlan::from_header(const schemas::RecordType& type,
                                                        const std::vector<std::string>& names,
                                                        std::uint64_t line) {
  const auto known = [&](const std::string& name) { return type.field(name) != nullptr; };
  if (std::ranges::none_of(names, known)) {
    return fail(FileProblem{line, "the first line does not name any column of this record type",
                            "give a header line with the names of the data dictionary, separated "
                            "by commas"});
  }
  ColumnPlan plan;
  std::vector<bool> named(type.fields().size(), false);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string& name = names[i];
    const auto* const sharing = std::ranges::find(kSharingColumns, name);
    if (std::ranges::find(plan.names_, name) != plan.names_.end()) {
      return fail(at_column(line, i, "is there twice", "remove one of the two"));
    }
    if (const auto* const field = type.field(name)) {
      named[field->index] = true;
      plan.add(Use::Field, field->index, name);
    } else if (sharing != kSharingColumns.end()) {
      plan.add(Use::Sharing, static_cast<std::size_t>(sharing - kSharingColumns.begin()), name);
    } else if (is_reject_column(name)) {
      plan.add(Use::Nothing, 0, name);
    } else {
      return fail(at_column(line, i, "is not known", nearest_name(type, name)));
    }
  }
  if (const auto missing = missing_column(type, named)) {
    return fail(FileProblem{line, "the column " + *missing + " is missing", "add it"});
  }
  return plan;
}

ColumnPlan ColumnPlan::of_all(const schemas::RecordType& type) {
  ColumnPlan plan;
  for (const auto& field : type.fields()) plan.add(Use::Field, field.index, field.name);
  for (std::size_t i = 0; i < kSharingColumns.size(); ++i) {
    plan.add(Use::Sharing, i, std::string(kSharingColumns[i]));
  }
  return plan;
}

void ColumnPlan::fill(SourceRow& row) const {
  const std::array<std::string_view*, kSharingColumns.size()> sharing = {
      &row.sharing.agreement, &row.sharing.purpose,  &row.sharing.legal_basis,
      &row.sharing.handling,  &row.sharing.priority, &row.sharing.originator};
  row.fields.reserve(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto& column = columns_[i];
    if (row.cells[i].empty()) continue;
    if (column.use == Use::Field) {
      row.fields.push_back({column.index, row.cells[i]});
    } else if (column.use == Use::Sharing) {
      *sharing[column.index] = row.cells[i];
    }
  }
}

std::string nearest_name(const schemas::RecordType& type, std::string_view name) {
  const std::string plain = plain_name(name);
  std::string_view best;
  std::size_t least = kFar;
  const auto consider = [&](std::string_view candidate) {
    const std::size_t apart = distance(plain, candidate);
    if (apart >= least) return;
    least = apart;
    best = candidate;
  };
  for (const auto& field : type.fields()) consider(field.name);
  for (const auto candidate : kSharingColumns) consider(candidate);
  if (best.empty()) return "use the names of the data dictionary";
  return "did you mean " + std::string(best) + "?";
}

}  // namespace hub::agent
