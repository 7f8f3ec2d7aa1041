// How right the alerts of a synthetic year are.
#include <algorithm>
#include <chrono>

#include "tests/audit/synthetic_year.h"

namespace hub::alerts {
namespace {

using std::chrono::minutes;

bool fits(const Planted& planted, const Alert& alert) {
  const auto& finding = alert.finding;
  const bool person = planted.actor.empty() ? finding.actors.empty()
                                            : std::ranges::find(finding.actors, planted.actor) !=
                                                  finding.actors.end();
  return person && finding.first <= planted.until + minutes(1) &&
         finding.last + minutes(1) >= planted.from;
}

}  // namespace

double RuleScore::recall() const {
  return planted == 0 ? 1.0 : static_cast<double>(found) / static_cast<double>(planted);
}
double RuleScore::precision() const {
  return alerts == 0 ? 1.0 : static_cast<double>(rightly) / static_cast<double>(alerts);
}

YearScore score_of(const YearFacts& facts, const std::vector<Alert>& alerts) {
  YearScore out;
  for (const auto& planted : facts.planted) {
    const bool found = std::ranges::any_of(alerts, [&](const Alert& alert) {
      return alert.finding.rule == planted.rule && fits(planted, alert);
    });
    for (auto* score :
         {&out.by_rule[number_of(planted.rule)], &out.by_kind[planted.kind], &out.all}) {
      ++score->planted;
      score->found += found ? 1 : 0;
    }
  }
  for (const auto& alert : alerts) {
    const bool rightly = std::ranges::any_of(
        facts.planted, [&](const Planted& planted) { return fits(planted, alert); });
    for (auto* score : {&out.by_rule[number_of(alert.finding.rule)], &out.all}) {
      ++score->alerts;
      score->rightly += rightly ? 1 : 0;
    }
  }
  out.false_alerts_per_10k_looks = 1e4 * static_cast<double>(out.all.alerts - out.all.rightly) /
                                   static_cast<double>(facts.looks);
  return out;
}

}  // namespace hub::alerts
