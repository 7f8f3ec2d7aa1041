#include "policy/decision_cache.h"

#include <string_view>

namespace hub::policy {
namespace {

constexpr std::size_t kMaxKeyBytes = 2048;

// Sizes stand before the texts, so that no two questions share a key.
void append(std::string& key, std::string_view text) {
  key += std::to_string(text.size());
  key += ':';
  key += text;
}

void write_key(std::string& key, const Question& question) {
  key.clear();
  key += static_cast<char>('0' + static_cast<int>(question.door));
  for (const auto* text :
       {&question.sender, &question.recipient, &question.record_type, &question.field_group,
        &question.agreement, &question.purpose, &question.legal_basis, &question.regime,
        &question.handling, &question.user, &question.viewed_at}) {
    append(key, *text);
  }
  for (const auto& role : question.roles) append(key, role);
}

}  // namespace

const Verdict& DecisionCache::decide(const Rulebook& rulebook, const Question& question) {
  const bool stale = rulebook_ != rulebook.identity() || question.now < from_ ||
                     (until_ && question.now >= *until_);
  if (stale) {
    kept_.clear();
    rulebook_ = rulebook.identity();
    from_ = question.now;
    until_ = rulebook.next_change(question.now);
  }
  write_key(key_, question);
  if (const auto found = kept_.find(key_); found != kept_.end()) return found->second;
  auto verdict = rulebook.decide(question);
  if (!rulebook.may_keep_decisions() || key_.size() > kMaxKeyBytes) {
    unkept_ = std::move(verdict);
    return unkept_;
  }
  if (kept_.size() >= capacity_) kept_.clear();
  return kept_.insert_or_assign(key_, std::move(verdict)).first->second;
}

}  // namespace hub::policy
