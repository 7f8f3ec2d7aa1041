#include "policy/record_decider.h"

#include <algorithm>

#include "core/base/log.h"

namespace hub::policy {
namespace {

void add_once(std::vector<std::string>& list, const std::string& item) {
  if (std::ranges::find(list, item) == list.end()) list.push_back(item);
}

void write_key(const RecordFacts& facts, std::string& out) {
  // Sizes before the texts keep them apart whatever they hold.
  const auto add = [&out](std::string_view text) {
    out.append(std::to_string(text.size())).push_back(':');
    out.append(text);
  };
  out.clear();
  for (const auto text :
       {facts.sender, facts.recipient, facts.record_type, facts.purpose, facts.agreement,
        facts.legal_basis, facts.regime, facts.handling, facts.originator}) {
    add(text);
  }
  for (const auto group : facts.field_groups) add(group);
}

}  // namespace

std::shared_ptr<const RecordVerdict> RecordDecider::decide(const Rulebook& rulebook,
                                                           const RecordFacts& facts, Time now) {
  const auto& identity = rulebook.identity();
  if (rulebook_ != identity || now < from_ || (until_ && now >= *until_) ||
      kept_.size() >= capacity_) {
    kept_.clear();
    rulebook_ = identity;
    from_ = now;
    until_ = rulebook.next_change(now);
  }
  if (!rulebook.may_keep_decisions()) {
    return std::make_shared<const RecordVerdict>(ask(rulebook, facts, now));
  }
  write_key(facts, key_);
  auto& kept = kept_[key_];
  if (!kept) kept = std::make_shared<const RecordVerdict>(ask(rulebook, facts, now));
  return kept;
}

RecordVerdict RecordDecider::ask(const Rulebook& rulebook, const RecordFacts& facts,
                                 Time now) const {
  RecordVerdict out;
  std::vector<std::string> refusing;
  Question question;
  question.door = door_;
  question.sender = facts.sender;
  question.recipient = facts.recipient;
  question.record_type = facts.record_type;
  question.agreement = facts.agreement;
  question.purpose = facts.purpose;
  question.legal_basis = facts.legal_basis;
  question.regime = facts.regime;
  question.handling = facts.handling;
  question.originator = facts.originator;
  question.now = now;
  for (const auto group : facts.field_groups) {
    question.field_group = group;
    const auto verdict = rulebook.decide(question);
    for (const auto& error : verdict.errors) add_once(out.errors, error);
    if (verdict.allowed) {
      out.allowed_groups.emplace_back(group);
      for (const auto& reason : verdict.reasons) add_once(out.policies, reason.policy_id);
      continue;
    }
    if (out.withheld_groups.empty()) out.explanation = verdict.explanation;
    out.withheld_groups.emplace_back(group);
    for (const auto& reason : verdict.reasons) add_once(refusing, reason.policy_id);
  }
  out.allowed = out.withheld_groups.empty() && !out.allowed_groups.empty();
  for (const auto& error : out.errors) log_error("policy-erred", {{"policy", error}});
  out.withheld_by = refusing;
  if (out.allowed_groups.empty()) out.policies = std::move(refusing);
  return out;
}

}  // namespace hub::policy
