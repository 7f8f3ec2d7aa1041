// What London's clocks show: UTC, and an hour more from the last Sunday of March to the last Sunday
// of October, changing at 01:00 UTC (Summer Time Order 2002, SI 2002/262).
#pragma once

#include <cstdint>
#include <string>

#include "core/base/clock.h"

namespace hub::alerts {

struct LocalTime {
  std::int32_t day = 0;      // since 1970-01-01, by London's date
  std::int32_t weekday = 0;  // Monday is 0
  std::int32_t minute = 0;   // since midnight, 0 to 1439
};

[[nodiscard]] LocalTime london(Time time);

// 07:05; 24:00 for 1440
[[nodiscard]] std::string clock_text(std::int32_t minute);
// Sunday 15 November 2026
[[nodiscard]] std::string day_text(std::int32_t day);
// Monday
[[nodiscard]] std::string weekday_text(std::int32_t weekday);

}  // namespace hub::alerts
