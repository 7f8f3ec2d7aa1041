// Counts of entries by what they have in common: an agreement's report, an officer among others.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/search/searcher.h"

namespace hub::audit {

enum class GroupBy : std::uint8_t {
  Action,
  Outcome,
  Sender,
  Recipient,
  Type,
  Agreement,
  Purpose,
  Role,
  Actor,
  Day,
};
// "action", "outcome", ..., "day".
[[nodiscard]] std::string_view word(GroupBy by);
[[nodiscard]] std::optional<GroupBy> group_by_of(std::string_view word);

struct SummaryRow {
  std::uint64_t entries = 0;
  std::uint64_t records = 0;  // the sum of their counts
  Time first;
  Time last;
};

class Summary {
 public:
  static constexpr std::size_t kMostGroups = 10'000;

  explicit Summary(std::vector<GroupBy> by) : by_(std::move(by)) {}

  // False, and the entry is not counted, when there would be too many groups.
  [[nodiscard]] bool add(const FoundEntry& entry);
  // By the values of each group, in order.
  [[nodiscard]] const std::map<std::vector<std::string>, SummaryRow>& rows() const { return rows_; }

 private:
  std::vector<GroupBy> by_;
  std::map<std::vector<std::string>, SummaryRow> rows_;
};

}  // namespace hub::audit
