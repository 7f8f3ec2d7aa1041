#include "audit/alerts/engine.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "audit/alerts/log_watch.h"
#include "audit/alerts/person_watch.h"
#include "audit/alerts/sequence_watch.h"
#include "audit/alerts/subject_watch.h"
#include "audit/alerts/volume_watch.h"

namespace hub::alerts {
namespace {

using PersonsDay = std::pair<std::string, std::int32_t>;

// What all rules together have about one person's day.
struct Burden {
  std::map<Rule, unsigned> rules;  // of each rule the weightiest finding
  const Finding* weightiest = nullptr;

  [[nodiscard]] unsigned sum() const {
    unsigned out = 0;
    for (const auto& [rule, score] : rules) out += score;
    return out;
  }
};
using Burdens = std::map<PersonsDay, Burden>;

Burdens burdens_of(const std::deque<Finding>& findings) {
  Burdens out;
  for (const auto& finding : findings) {
    for (const auto& actor : finding.actors) {
      auto& burden = out[{actor, london(finding.first).day}];
      auto& score = burden.rules[finding.rule];
      score = std::max(score, finding.score);
      if (burden.weightiest == nullptr || finding.score > burden.weightiest->score) {
        burden.weightiest = &finding;
      }
    }
  }
  return out;
}

// The burden of the most burdened of the finding's people; null where it is about nobody.
const Burden* burden_of(const Finding& finding, const Burdens& burdens) {
  const Burden* out = nullptr;
  for (const auto& actor : finding.actors) {
    const auto found = burdens.find({actor, london(finding.first).day});
    if (found == burdens.end()) continue;
    if (out == nullptr || found->second.sum() > out->sum()) out = &found->second;
  }
  return out;
}

}  // namespace

Engine::Engine(AlertSettings settings) : settings_(std::move(settings)) {
  watches_.push_back(related_subject(settings_));
  watches_.push_back(protected_subject(settings_));
  watches_.push_back(unusual_volume(settings_));
  watches_.push_back(sequence(settings_));
  watches_.push_back(out_of_hours(settings_));
  watches_.push_back(after_the_end(settings_));
  watches_.push_back(large_export(settings_));
  watches_.push_back(burst_of_refusals(settings_));
  watches_.push_back(dormant_account(settings_));
  watches_.push_back(two_places(settings_));
  watches_.push_back(log_trouble(settings_));
  watches_.push_back(never_acknowledged(settings_));
  watches_.push_back(many_eyes(settings_));
}

void Engine::take(const Activity& activity) {
  const Seen seen{activity, london(activity.time)};
  for (const auto& watch : watches_) watch->take(seen, ledger_);
  dispositions_.take(activity);
}

std::vector<Alert> Engine::alerts() const {
  const auto burdens = burdens_of(ledger_.findings());
  std::vector<Alert> out;
  for (const auto& finding : ledger_.findings()) {
    const auto* const burden = burden_of(finding, burdens);
    const auto score = std::max(finding.score, burden == nullptr ? 0 : burden->sum());
    const bool speaks_for_all =
        finding.score >= settings_.least_score ||
        (burden != nullptr && burden->weightiest == &finding && score >= settings_.least_score);
    if (!speaks_for_all) continue;
    Alert alert{finding, score, {}, dispositions_.of(finding.id, finding.actors)};
    if (burden != nullptr) {
      for (const auto& [rule, points] : burden->rules) {
        if (rule != finding.rule) alert.also.push_back(rule);
      }
    }
    out.push_back(std::move(alert));
  }
  std::ranges::sort(out, [](const Alert& left, const Alert& right) {
    return std::tie(right.score, right.finding.last, left.finding.id) <
           std::tie(left.score, left.finding.last, right.finding.id);
  });
  return out;
}

}  // namespace hub::alerts
