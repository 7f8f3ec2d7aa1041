#include "audit/alerts/london_time.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace hub::alerts {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 7> kWeekdays{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                    "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};

Time change_of(year in, month of) { return sys_days(in / of / Sunday[last]) + 1h; }

bool is_summer(Time time) {
  const auto in = year_month_day(floor<days>(time)).year();
  return time >= change_of(in, March) && time < change_of(in, October);
}

std::int32_t weekday_of(sys_days day) {
  return static_cast<std::int32_t>(weekday(day).iso_encoding()) - 1;
}

}  // namespace

LocalTime london(Time time) {
  const auto local = is_summer(time) ? time + 1h : time;
  const auto day = floor<days>(local);
  return {static_cast<std::int32_t>(day.time_since_epoch().count()), weekday_of(day),
          static_cast<std::int32_t>(floor<minutes>(local - day).count())};
}

std::string clock_text(std::int32_t minute) {
  return fmt::format("{:02}:{:02}", minute / 60, minute % 60);
}

std::string day_text(std::int32_t day) {
  const sys_days at{days(day)};
  const year_month_day date{at};
  return fmt::format("{} {} {} {}", weekday_text(weekday_of(at)), static_cast<unsigned>(date.day()),
                     kMonths.at(static_cast<unsigned>(date.month()) - 1),
                     static_cast<int>(date.year()));
}

std::string weekday_text(std::int32_t weekday) {
  return std::string(kWeekdays.at(static_cast<std::size_t>(weekday)));
}

}  // namespace hub::alerts
