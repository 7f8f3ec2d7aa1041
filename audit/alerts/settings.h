// Thresholds and weights of the rules, in one place, with their defaults.
//
// A weight is what a finding of a rule scores. An alert is a finding whose score, together with
// those of the same people's other findings of that day, reaches `least_score`.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/alerts/london_time.h"

namespace hub::alerts {

// When a role works: a stretch of one or more days of the week, by London's clocks.
struct Shift {
  std::int32_t first_day = 0;  // Monday is 0
  std::int32_t last_day = 4;   // inclusive; not before first_day
  std::int32_t from = 7 * 60;  // minutes since midnight
  std::int32_t until = 19 * 60;

  [[nodiscard]] bool covers(const LocalTime& at) const;
  bool operator==(const Shift&) const = default;
};

// "Mon-Fri 07:00-19:00", "Sat 09:00-13:00", "Mon-Sun 00:00-24:00"; nothing when it is not so.
[[nodiscard]] std::optional<Shift> parse_shift(std::string_view text);
// "07:00 to 19:00, Monday to Friday"
[[nodiscard]] std::string describe(const Shift& shift);

struct AlertSettings {
  using Duration = std::chrono::milliseconds;
  using days = std::chrono::days;
  using hours = std::chrono::hours;
  using minutes = std::chrono::minutes;

  unsigned least_score = 2;

  // Same surname, address or postcode as somebody of the staff.
  unsigned same_address = 5;
  unsigned same_postcode_and_surname = 4;
  unsigned same_postcode = 1;
  unsigned own_surname = 2;
  unsigned colleagues_surname = 1;
  unsigned searched_for = 1;      // more, where it was searched for
  unsigned protected_weight = 2;  // of protected records, below
  // A surname or postcode that more than one in `common_share` of the records opened here has says
  // nothing; judged once `common_after` were opened.
  std::uint64_t common_share = 1000;
  std::uint64_t common_after = 1000;

  // Protected records: out of hours, or more than so many on one day and more than `volume_factor`
  // times one's own median day.
  std::size_t protected_a_day = 8;

  // Volume. A day counts from `volume_floor` records opened on.
  unsigned above_own = 2;
  unsigned above_peers = 1;
  unsigned newcomer_above_peers = 2;  // without days of one's own to compare with
  std::int32_t baseline_days = 30;
  std::uint64_t volume_floor = 40;
  std::uint64_t volume_factor = 3;    // times one's own median day
  std::uint64_t busy_day_factor = 2;  // times the median of the peers that day: a busy day for all
  std::size_t least_own_days = 10;    // of the last 30
  std::size_t least_peer_days = 100;  // of the last 30, of all peers
  std::size_t least_peers_at_work = 3;

  // Sequences.
  unsigned sequence_weight = 3;
  std::size_t numbers_in_a_row = 8;
  std::size_t postcodes_of_a_sector = 6;
  std::size_t records_at_once = 30;
  std::uint64_t largest_step = 3;
  Duration between_searches = minutes(30);
  Duration sector_window = hours(1);
  Duration at_once = minutes(5);

  // Out of hours.
  unsigned out_of_hours = 1;
  unsigned much_out_of_hours = 2;  // from `much` records on, an export, or by night
  std::uint64_t much = 10;
  std::int32_t night_from = 22 * 60;
  std::int32_t night_until = 6 * 60;
  std::map<std::string, std::vector<Shift>> shifts;  // by role; others work as `usual`
  Shift usual;

  // After the end.
  unsigned after_agreement = 4;
  unsigned after_case = 2;
  std::size_t ended_a_day = 8;                 // records that were amended or withdrawn
  std::map<std::string, Time> agreement_ends;  // from this moment on it holds no more

  // Lists and exports.
  unsigned large_list = 2;
  unsigned slices = 3;
  unsigned many_exports = 2;
  unsigned refusals_weight = 2;       // of refusals, below
  std::uint64_t list_rows = 500;      // of one list
  std::uint64_t rows_an_hour = 1500;  // of all lists
  std::size_t exports_a_day = 3;

  // Refusals.
  std::size_t refusals = 8;
  Duration refusal_window = minutes(10);

  unsigned dormant_weight = 2;
  days dormant{60};

  // Weak, as long as a place is a terminal of the agent's machine: two windows are two of them.
  unsigned two_places = 1;
  Duration two_places_window = minutes(10);

  // The log itself.
  unsigned log_trouble = 5;
  unsigned clock_back = 2;
  unsigned log_silent = 1;
  Duration clock_slack = minutes(1);
  Duration silence = hours(72);

  unsigned never_acknowledged = 2;
  Duration acknowledged_within = days(7);

  unsigned gossip = 2;
  std::size_t people_at_one_record = 4;
  Duration gossip_window = hours(24);
};

// One of these roles works at that time. Who has no role works as usual.
[[nodiscard]] bool is_working_time(const AlertSettings& settings,
                                   const std::vector<std::string>& roles, const LocalTime& at);
// "housing-officer works 07:00 to 19:00, Monday to Friday"
[[nodiscard]] std::string hours_text(const AlertSettings& settings,
                                     const std::vector<std::string>& roles);

}  // namespace hub::alerts
