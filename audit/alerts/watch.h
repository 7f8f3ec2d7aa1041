// The shape that all rules have: they are fed the activities in the order of the log, keep little,
// and write what they find into the ledger.
#pragma once

#include "audit/alerts/activity.h"
#include "audit/alerts/finding.h"
#include "audit/alerts/london_time.h"

namespace hub::alerts {

// One activity, with what every rule wants to know of it.
struct Seen {
  const Activity& activity;
  LocalTime local;
};

class Watch {
 public:
  Watch() = default;
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  Watch(Watch&&) = delete;
  Watch& operator=(Watch&&) = delete;
  virtual ~Watch() = default;

  virtual void take(const Seen& seen, Ledger& ledger) = 0;
};

// A key for the ledger: one person's day.
[[nodiscard]] inline std::string person_and_day(const Seen& seen) {
  return seen.activity.actor + '\n' + std::to_string(seen.local.day);
}
// "22:10 on Sunday 15 November 2026"
[[nodiscard]] inline std::string when_text(const LocalTime& at) {
  return clock_text(at.minute) + " on " + day_text(at.day);
}
// "between 22:10 and 23:40 on Sunday 15 November 2026", or "at 22:10 on ..."
[[nodiscard]] std::string span_text(const Finding& finding);
// "1 record", "14 records"
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view one);

}  // namespace hub::alerts
