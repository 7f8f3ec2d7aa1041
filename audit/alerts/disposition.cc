#include "audit/alerts/disposition.h"

#include <algorithm>
#include <array>
#include <utility>

namespace hub::alerts {
namespace {

constexpr std::array<std::pair<Verdict, std::string_view>, 3> kVerdicts{{
    {Verdict::Justified, "justified"},
    {Verdict::Inappropriate, "inappropriate"},
    {Verdict::NeedsEvidence, "needs-evidence"},
}};
constexpr std::string_view kPrefix = "alert-";
// An id is 16 characters; whatever is longer is none.
constexpr std::size_t kLongestId = 64;
constexpr std::size_t kMostReviewed = 200'000;

bool is_among(const std::string& name, std::span<const std::string> names) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::string_view word(Verdict verdict) {
  switch (verdict) {
    case Verdict::Justified: return "justified";
    case Verdict::Inappropriate: return "inappropriate";
    case Verdict::NeedsEvidence: return "needs-evidence";
  }
  return "needs-evidence";
}

std::optional<Verdict> verdict_of(std::string_view word) {
  const auto* const at =
      std::ranges::find(kVerdicts, word, &std::pair<Verdict, std::string_view>::second);
  if (at == kVerdicts.end()) return std::nullopt;
  return at->first;
}

std::string outcome_of(Verdict verdict) {
  return std::string(kPrefix) + std::string(word(verdict));
}

std::string_view state_of(const Disposition& disposition) {
  if (disposition.is_open()) return "open";
  return disposition.is_confirmed() ? "confirmed" : "disposed";
}

std::string_view describe(ReviewFault fault) {
  switch (fault) {
    case ReviewFault::AboutOneself: return "nobody reviews an alert about himself or herself";
    case ReviewFault::Confirmed: return "the alert is closed: reopen it first";
    case ReviewFault::NoVerdict: return "there is no verdict on the alert yet";
    case ReviewFault::OwnVerdict: return "nobody confirms a verdict of his or her own";
    case ReviewFault::NeedsEvidence:
      return "the verdict is that evidence is needed: give another verdict once it is there";
  }
  return "it cannot be reviewed";
}

Result<void, ReviewFault> may_dispose(const Disposition& now, const std::string& reviewer,
                                      std::span<const std::string> concerned) {
  if (is_among(reviewer, concerned)) return fail(ReviewFault::AboutOneself);
  if (now.is_confirmed()) return fail(ReviewFault::Confirmed);
  return {};
}

Result<void, ReviewFault> may_confirm(const Disposition& now, const std::string& reviewer,
                                      std::span<const std::string> concerned) {
  if (is_among(reviewer, concerned)) return fail(ReviewFault::AboutOneself);
  if (now.is_open()) return fail(ReviewFault::NoVerdict);
  if (now.is_confirmed()) return fail(ReviewFault::Confirmed);
  if (now.verdict == Verdict::NeedsEvidence) return fail(ReviewFault::NeedsEvidence);
  if (now.reviewer == reviewer) return fail(ReviewFault::OwnVerdict);
  return {};
}

Result<void, ReviewFault> may_reopen(const Disposition& now, const std::string& reviewer,
                                     std::span<const std::string> concerned) {
  if (is_among(reviewer, concerned)) return fail(ReviewFault::AboutOneself);
  if (now.is_open()) return fail(ReviewFault::NoVerdict);
  return {};
}

void Dispositions::take(const Activity& activity) {
  if (activity.act != kReview || !is_persons(activity) || activity.note.empty() ||
      activity.note.size() > kLongestId) {
    return;
  }
  if (states_.size() >= kMostReviewed && !states_.contains(activity.note)) return;
  auto& state = states_[activity.note];
  const std::string_view outcome = activity.outcome;
  if (outcome == kConfirmed) {
    if (!may_confirm(state, activity.actor, {})) return;
    state.confirmed_by = activity.actor;
    state.confirmed = activity.time;
  } else if (outcome == kReopened) {
    if (may_reopen(state, activity.actor, {})) state = Disposition{};
  } else if (outcome.starts_with(kPrefix)) {
    const auto verdict = verdict_of(outcome.substr(kPrefix.size()));
    if (!verdict || !may_dispose(state, activity.actor, {})) return;
    state = Disposition{verdict, activity.actor, activity.justification, activity.time, {}, {}};
  }
}

Disposition Dispositions::of(const std::string& alert,
                             std::span<const std::string> concerned) const {
  const auto found = states_.find(alert);
  if (found == states_.end() || is_among(found->second.reviewer, concerned)) return {};
  auto out = found->second;
  if (is_among(out.confirmed_by, concerned)) {
    out.confirmed_by.clear();
    out.confirmed = {};
  }
  return out;
}

Dispositions dispositions_of(std::span<const Activity> activities) {
  Dispositions out;
  for (const auto& activity : activities) out.take(activity);
  return out;
}

}  // namespace hub::alerts
