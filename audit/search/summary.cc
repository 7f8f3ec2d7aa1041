#include "audit/search/summary.h"

#include <algorithm>
#include <array>

namespace hub::audit {
namespace {

using NamedGroup = std::pair<GroupBy, std::string_view>;

constexpr std::array<NamedGroup, 10> kGroups{{{GroupBy::Action, "action"},
                                              {GroupBy::Outcome, "outcome"},
                                              {GroupBy::Sender, "sender"},
                                              {GroupBy::Recipient, "recipient"},
                                              {GroupBy::Type, "type"},
                                              {GroupBy::Agreement, "agreement"},
                                              {GroupBy::Purpose, "purpose"},
                                              {GroupBy::Role, "role"},
                                              {GroupBy::Actor, "actor"},
                                              {GroupBy::Day, "day"}}};

std::string roles_of(const Entry& entry) {
  std::string out;
  for (const auto& role : entry.roles) out.append(out.empty() ? "" : ", ").append(role);
  return out;
}

std::string value_of(GroupBy by, const FoundEntry& found) {
  const auto& entry = found.leaf.entry;
  switch (by) {
    case GroupBy::Action: return entry.act;
    case GroupBy::Outcome: return entry.outcome;
    case GroupBy::Sender: return entry.sender;
    case GroupBy::Recipient: return entry.recipient;
    case GroupBy::Type: return entry.record_type;
    case GroupBy::Agreement: return entry.agreement;
    case GroupBy::Purpose: return entry.purpose;
    case GroupBy::Role: return roles_of(entry);
    case GroupBy::Actor: return found.stored.detail ? found.stored.detail->actor : "";
    case GroupBy::Day: return iso_date(day_of(found.leaf.time));
  }
  return {};
}

}  // namespace

std::string_view word(GroupBy by) {
  const auto* const found = std::ranges::find(kGroups, by, &NamedGroup::first);
  require(found != kGroups.end(), "what entries are grouped by has a word");
  return found->second;
}

std::optional<GroupBy> group_by_of(std::string_view word) {
  const auto* const found = std::ranges::find(kGroups, word, &NamedGroup::second);
  return found == kGroups.end() ? std::nullopt : std::optional(found->first);
}

bool Summary::add(const FoundEntry& entry) {
  std::vector<std::string> key;
  key.reserve(by_.size());
  for (const auto by : by_) key.push_back(value_of(by, entry));
  if (rows_.size() == kMostGroups && !rows_.contains(key)) return false;
  auto& row = rows_[std::move(key)];
  const auto time = entry.leaf.time;
  row.first = row.entries == 0 ? time : std::min(row.first, time);
  row.last = row.entries == 0 ? time : std::max(row.last, time);
  ++row.entries;
  row.records += entry.leaf.entry.count;
  return true;
}

}  // namespace hub::audit
