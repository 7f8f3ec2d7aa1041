#include "audit/alerts/settings.h"

#include <algorithm>
#include <span>

namespace hub::alerts {
namespace {

constexpr std::array<std::string_view, 7> kShort{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::int32_t kDay = 24 * 60;

std::optional<std::int32_t> day_named(std::string_view text) {
  const auto* const at = std::ranges::find(kShort, text);
  if (at == kShort.end()) return std::nullopt;
  return static_cast<std::int32_t>(at - kShort.begin());
}

std::optional<std::int32_t> two_digits(std::string_view text) {
  const bool are =
      text.size() == 2 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (!are) return std::nullopt;
  return (text[0] - '0') * 10 + (text[1] - '0');
}

std::optional<std::int32_t> minute_of(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = two_digits(text.substr(0, 2));
  const auto minute = two_digits(text.substr(3));
  if (!hour || !minute || *minute > 59 || *hour * 60 + *minute > kDay) return std::nullopt;
  return *hour * 60 + *minute;
}

std::span<const Shift> shifts_of(const AlertSettings& settings, const std::string& role) {
  const auto own = settings.shifts.find(role);
  if (own == settings.shifts.end()) return {&settings.usual, 1};
  return own->second;
}

}  // namespace

bool Shift::covers(const LocalTime& at) const {
  return at.weekday >= first_day && at.weekday <= last_day && at.minute >= from &&
         at.minute < until;
}

std::optional<Shift> parse_shift(std::string_view text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto week = text.substr(0, space);
  const auto clock = text.substr(space + 1);
  const auto first = day_named(week.substr(0, week.find('-')));
  auto last = first;
  if (week.size() != 3) last = week.size() == 7 ? day_named(week.substr(4)) : std::nullopt;
  if (!first || !last || *last < *first || clock.size() != 11 || clock[5] != '-') {
    return std::nullopt;
  }
  const auto from = minute_of(clock.substr(0, 5));
  const auto until = minute_of(clock.substr(6));
  if (!from || !until || *until <= *from) return std::nullopt;
  return Shift{*first, *last, *from, *until};
}

bool is_working_time(const AlertSettings& settings, const std::vector<std::string>& roles,
                     const LocalTime& at) {
  if (roles.empty()) return settings.usual.covers(at);
  return std::ranges::any_of(roles, [&](const std::string& role) {
    return std::ranges::any_of(shifts_of(settings, role),
                               [&](const Shift& shift) { return shift.covers(at); });
  });
}

std::string hours_text(const AlertSettings& settings, const std::vector<std::string>& roles) {
  if (roles.empty()) return "the usual hours are " + describe(settings.usual);
  std::string out;
  for (const auto& role : roles) {
    out += (out.empty() ? "" : "; ") + role + " works ";
    std::string shifts;
    for (const auto& shift : shifts_of(settings, role)) {
      shifts += (shifts.empty() ? "" : " and ") + describe(shift);
    }
    out += shifts.empty() ? "at no time" : shifts;
  }
  return out;
}

std::string describe(const Shift& shift) {
  auto out = clock_text(shift.from) + " to " + clock_text(shift.until) + ", " +
             weekday_text(shift.first_day);
  if (shift.last_day != shift.first_day) out += " to " + weekday_text(shift.last_day);
  return out;
}

}  // namespace hub::alerts
