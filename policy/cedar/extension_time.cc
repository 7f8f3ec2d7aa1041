// Cedar's datetime and duration.
#include <algorithm>
#include <array>
#include <chrono>

#include "policy/cedar/extension_types.h"

namespace hub::policy {
namespace {

// Takes numbers of a fixed length and single characters from the front; remembers a failure.
class Fixed {
 public:
  explicit Fixed(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    if (rest_.size() < digits) return broken();
    int out = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return broken();
      out = 10 * out + (c - '0');
    }
    rest_.remove_prefix(digits);
    return out;
  }
  bool accept(char wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char wanted) {
    if (!accept(wanted)) broken();
  }
  [[nodiscard]] bool ended() const { return rest_.empty(); }
  [[nodiscard]] bool is_sound() const { return sound_; }

 private:
  int broken() {
    sound_ = false;
    return 0;
  }

  std::string_view rest_;
  bool sound_ = true;
};

// Milliseconds since 1970 of the date's midnight in UTC.
std::optional<std::int64_t> midnight_of(Fixed& in) {
  const auto year = in.number(4);
  in.expect('-');
  const auto month = in.number(2);
  in.expect('-');
  const auto day = in.number(2);
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!in.is_sound() || !date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count() * kMsPerDay;
}

// hh:mm:ss, perhaps .SSS
std::optional<std::int64_t> time_in_day(Fixed& in) {
  const auto hour = in.number(2);
  in.expect(':');
  const auto minute = in.number(2);
  in.expect(':');
  const auto second = in.number(2);
  const auto ms = in.accept('.') ? in.number(3) : 0;
  if (!in.is_sound() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return hour * kMsPerHour + minute * kMsPerMinute + second * kMsPerSecond + ms;
}

// Z, or + or - and hhmm: how far local time is ahead of UTC.
std::optional<std::int64_t> zone(Fixed& in) {
  if (in.accept('Z')) return 0;
  const bool ahead = in.accept('+');
  if (!ahead) in.expect('-');
  const auto hour = in.number(2);
  const auto minute = in.number(2);
  if (!in.is_sound() || hour > 23 || minute > 59) return std::nullopt;
  const auto out = hour * kMsPerHour + minute * kMsPerMinute;
  return ahead ? out : -out;
}

// Not negative: how far behind a whole number of days.
std::int64_t within_day(std::int64_t ms) {
  const auto rest = ms % kMsPerDay;
  return rest < 0 ? rest + kMsPerDay : rest;
}

}  // namespace

std::optional<Datetime> Datetime::parse(std::string_view text) {
  Fixed in(text);
  const auto day = midnight_of(in);
  if (!day) return std::nullopt;
  if (in.ended()) return Datetime{*day};
  in.expect('T');
  const auto time = time_in_day(in);
  if (!time) return std::nullopt;
  const auto ahead = zone(in);
  if (!ahead || !in.ended()) return std::nullopt;
  return Datetime{*day + *time - *ahead};
}

std::optional<Datetime> Datetime::offset(Duration by) const {
  Datetime out;
  return __builtin_add_overflow(ms, by.ms, &out.ms) ? std::nullopt : std::optional(out);
}

std::optional<Duration> Datetime::since(Datetime earlier) const {
  Duration out;
  return __builtin_sub_overflow(ms, earlier.ms, &out.ms) ? std::nullopt : std::optional(out);
}

std::optional<Datetime> Datetime::midnight() const {
  Datetime out;
  return __builtin_sub_overflow(ms, within_day(ms), &out.ms) ? std::nullopt : std::optional(out);
}

Duration Datetime::time_of_day() const { return {within_day(ms)}; }

std::optional<Duration> Duration::parse(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::int64_t ms;
  };
  constexpr std::array<Unit, 5> units{
      {{"d", kMsPerDay}, {"h", kMsPerHour}, {"m", kMsPerMinute}, {"s", kMsPerSecond}, {"ms", 1}}};
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  Duration out;
  std::size_t next = 0;  // the first unit that may still come
  while (!text.empty()) {
    const auto digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
    const auto name = text.substr(digits, text.find_first_of("0123456789", digits) - digits);
    while (next < units.size() && units.at(next).name != name) ++next;
    if (next == units.size()) return std::nullopt;
    // With the sign from the start, so that the least value needs no special case.
    const auto count = long_from((negative ? "-" : "") + std::string(text.substr(0, digits)));
    std::int64_t more = 0;
    if (!count || __builtin_mul_overflow(*count, units.at(next).ms, &more) ||
        __builtin_add_overflow(out.ms, more, &out.ms)) {
      return std::nullopt;
    }
    ++next;
    text.remove_prefix(digits + name.size());
  }
  return out;
}

std::string to_text(const Duration& duration) { return std::to_string(duration.ms) + "ms"; }

}  // namespace hub::policy
