// Time as a parameter: wall-clock milliseconds for what is written down, a steady clock for
// waiting. Tests pass a clock that they move by hand.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hub {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  Clock(Clock&&) = delete;
  Clock& operator=(Clock&&) = delete;
  virtual ~Clock() = default;

  [[nodiscard]] virtual Time now() const = 0;
  [[nodiscard]] virtual SteadyTime steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override;
  [[nodiscard]] SteadyTime steady() const override;
};

[[nodiscard]] inline std::int64_t to_ms(Time time) { return time.time_since_epoch().count(); }
[[nodiscard]] inline Time from_ms(std::int64_t ms) { return Time(std::chrono::milliseconds(ms)); }

// Days since 1970-01-01, UTC.
[[nodiscard]] std::int32_t day_of(Time time);

// 2026-11-21T22:01:29.123Z
[[nodiscard]] std::string to_iso(Time time);
// 2026-11-21
[[nodiscard]] std::string iso_date(std::int32_t day);
// Strict YYYY-MM-DD of a day that exists, years 1800 to 2999; nothing otherwise.
[[nodiscard]] std::optional<std::int32_t> parse_iso_date(std::string_view text);

}  // namespace hub
