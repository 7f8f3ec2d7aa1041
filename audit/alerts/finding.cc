#include "audit/alerts/finding.h"

#include <algorithm>

#include "core/base/byte_writer.h"
#include "core/base/encoding.h"
#include "core/crypto/hash.h"

namespace hub::alerts {
namespace {

constexpr std::size_t kIdBytes = 8;

std::string id_of(Rule rule, const Mark& mark, std::uint32_t before) {
  ByteWriter facts;
  facts.prefixed("borough-hub/alert/v1")
      .u8(static_cast<std::uint8_t>(rule))
      .u64(mark.index)
      .u32(before);
  if (mark.commitment) facts.raw(*mark.commitment);
  const auto digest = crypto::sha256(facts.view());
  return to_hex(Bytes(digest).first(kIdBytes));
}

std::string name_of(Rule rule, std::string_view key) {
  return number_of(rule) + '\n' + std::string(key);
}

}  // namespace

std::string number_of(Rule rule) { return "R" + std::to_string(static_cast<int>(rule)); }

std::string_view describe(Rule rule) {
  switch (rule) {
    case Rule::RelatedSubject: return "relation of staff";
    case Rule::ProtectedSubject: return "protected people";
    case Rule::Volume: return "unusual volume";
    case Rule::Sequence: return "sequence";
    case Rule::OutOfHours: return "out of hours";
    case Rule::AfterTheEnd: return "after the end";
    case Rule::LargeExport: return "large list or export";
    case Rule::Refusals: return "burst of refusals";
    case Rule::DormantAccount: return "dormant account";
    case Rule::TwoPlaces: return "two places at once";
    case Rule::LogTrouble: return "log trouble";
    case Rule::NeverAcknowledged: return "never acknowledged";
    case Rule::ManyEyes: return "many eyes on one record";
  }
  return "unknown rule";
}

Mark mark_of(const Activity& activity) {
  return {activity.index, activity.time, activity.actor, activity.commitment};
}

Finding& Ledger::add(Rule rule, std::string_view key, const Mark& mark) {
  auto* found = find(rule, key);
  if (found == nullptr) {
    begin(name_of(rule, key), mark, rule);
    found = &findings_.back();
  }
  found->last = std::max(found->last, mark.time);
  ++found->count;
  if (found->entries.size() < kMostMarks) found->entries.push_back(mark.index);
  const bool is_new = !mark.actor.empty() && found->actors.size() < kMostMarks &&
                      std::ranges::find(found->actors, mark.actor) == found->actors.end();
  if (is_new) found->actors.push_back(mark.actor);
  return *found;
}

Finding& Ledger::follow(Rule rule, std::string_view key, std::span<const Mark> trail) {
  if (find(rule, key) == nullptr) {
    for (const auto& mark : trail.first(trail.size() - 1)) add(rule, key, mark);
  }
  return add(rule, key, trail.back());
}

Finding* Ledger::find(Rule rule, std::string_view key) {
  const auto at = open_.find(name_of(rule, key));
  if (at == open_.end() || at->second < left_out_) return nullptr;
  return &findings_[at->second - left_out_];
}

void Ledger::begin(std::string name, const Mark& mark, Rule rule) {
  if (findings_.size() == most_) {
    findings_.pop_front();
    ++left_out_;
  }
  // Names of findings that are gone are dropped in one go, now and then.
  if (open_.size() >= 2 * most_) {
    std::erase_if(open_, [&](const auto& item) { return item.second < left_out_; });
  }
  if (begun_.size() >= 2 * most_) begun_.erase(begun_.begin());
  Finding finding;
  finding.rule = rule;
  finding.id = id_of(rule, mark, begun_[{mark.index, rule}]++);
  finding.first = mark.time;
  finding.last = mark.time;
  open_.insert_or_assign(std::move(name), left_out_ + findings_.size());
  findings_.push_back(std::move(finding));
}

}  // namespace hub::alerts
