// A year of one authority's log, made up from a seed: what sixty officers of three roles do, and
// misuse that is planted among it.
//
// What is lawful is made without regard to the rules, from how such work goes: people arrive,
// leave, are ill for months, work part time, stay late, are on call at weekends, have busy days
// alone and together, go through a letter's references one by one, share surnames with those they
// help as Londoners do, try with the wrong role, open a case together for a conference.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "audit/alerts/activity.h"
#include "audit/alerts/engine.h"
#include "audit/alerts/finding.h"

namespace hub::alerts {

// Misuse that was planted, and the rule that should find it.
struct Planted {
  std::string kind;
  Rule rule = Rule::RelatedSubject;
  std::string actor;  // empty where nobody did it
  Time from, until;
};

struct YearFacts {
  std::vector<Planted> planted;
  std::uint64_t activities = 0;
  std::uint64_t looks = 0;  // records shown and lists
};

// Gives the activities one by one, in the order of the log.
YearFacts make_year(std::uint64_t seed, const std::function<void(const Activity&)>& take);
// What the engine has to be told of that authority: hours, and when its agreements end.
[[nodiscard]] AlertSettings settings_of_the_year();

struct RuleScore {
  std::uint64_t planted = 0;
  std::uint64_t found = 0;    // of the planted
  std::uint64_t alerts = 0;   // that the rule raised
  std::uint64_t rightly = 0;  // of these, about who misused it at that time

  [[nodiscard]] double recall() const;
  [[nodiscard]] double precision() const;
};

struct YearScore {
  std::map<std::string, RuleScore> by_rule;
  std::map<std::string, RuleScore> by_kind;  // planted and found alone
  RuleScore all;
  double false_alerts_per_10k_looks = 0;
};

// An alert is right when misuse of that person was planted at that time, whatever the rule; planted
// misuse is found when an alert of its own rule names its person at that time.
[[nodiscard]] YearScore score_of(const YearFacts& facts, const std::vector<Alert>& alerts);

}  // namespace hub::alerts
