// All rules over one log, in bounded memory: fed entry by entry, asked for alerts at any time.
#pragma once

#include <memory>
#include <vector>

#include "audit/alerts/activity.h"
#include "audit/alerts/disposition.h"
#include "audit/alerts/finding.h"
#include "audit/alerts/settings.h"
#include "audit/alerts/watch.h"

namespace hub::alerts {

// A finding that reaches `least_score`; or, where none of a person's day does, the weightiest of
// them if they do together.
struct Alert {
  Finding finding;
  // The scores of all rules that found something about its people on the day it began, of each rule
  // the weightiest finding, added up; of several people the most burdened counts.
  unsigned score = 0;
  std::vector<Rule> also;  // the other rules
  Disposition disposition;
};

class Engine {
 public:
  explicit Engine(AlertSettings settings);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  Engine(Engine&&) = delete;
  Engine& operator=(Engine&&) = delete;
  ~Engine() = default;

  // In the order of the log, from its beginning: what is usual is learned on the way.
  void take(const Activity& activity);

  // The weightiest first, then the newest.
  [[nodiscard]] std::vector<Alert> alerts() const;
  // Findings that were dropped for want of memory.
  [[nodiscard]] std::uint64_t left_out() const { return ledger_.left_out(); }

 private:
  AlertSettings settings_;
  std::vector<std::unique_ptr<Watch>> watches_;
  Ledger ledger_;
  Dispositions dispositions_;
};

}  // namespace hub::alerts
