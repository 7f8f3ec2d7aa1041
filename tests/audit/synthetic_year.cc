#include "tests/audit/synthetic_year.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <deque>
#include <optional>
#include <random>

#include "core/base/byte_writer.h"
#include "core/crypto/hash.h"

namespace hub::alerts {
namespace {

using namespace std::chrono;

constexpr auto kFirstDay = sys_days(year(2027) / January / 4);  // a Monday
constexpr int kDays = 364;
constexpr int kSurnames = 20'000;
constexpr int kPostcodes = 6'000;           // in the borough
constexpr int kHomesForHouseholds = 1'500;  // of these
constexpr auto kAgreementEnds = kFirstDay + days(200);

// Not the standard library's distributions: these give the same everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  double unit() { return static_cast<double>(random_() >> 11U) * 0x1.0p-53; }
  bool chance(double p) { return unit() < p; }
  int between(int low, int high) {
    return low + static_cast<int>(unit() * static_cast<double>(high - low + 1));
  }
  int poisson(double mean) {
    if (mean > 30) return std::max(0, static_cast<int>(std::lround(normal(mean, std::sqrt(mean)))));
    const double limit = std::exp(-mean);
    int out = 0;
    for (double p = unit(); p > limit; p *= unit()) ++out;
    return out;
  }
  double normal(double mean, double deviation) {
    const double radius = std::sqrt(-2 * std::log(1 - unit()));
    return mean + deviation * radius * std::cos(2 * 3.14159265358979 * unit());
  }
  // Zipf and Mandelbrot: the commonest of Britain's surnames have a little over one in a hundred,
  // the hundredth about one in a thousand.
  int surname() {
    const double top = std::log((kSurnames + 8.0) / 9.0);
    return std::clamp(static_cast<int>(9.0 * std::exp(unit() * top) - 9.0), 0, kSurnames - 1);
  }
  Uuid id(Time made) {
    Uuid out;
    const auto ms = static_cast<std::uint64_t>(to_ms(made));
    for (unsigned i = 0; i < 6; ++i) {
      out.bytes[i] = static_cast<std::uint8_t>(ms >> (40U - 8U * i));
    }
    for (unsigned i = 6; i < 16; ++i) out.bytes[i] = static_cast<std::uint8_t>(random_());
    out.bytes[6] = static_cast<std::uint8_t>((out.bytes[6] & 0x0fU) | 0x70U);
    out.bytes[8] = static_cast<std::uint8_t>((out.bytes[8] & 0x3fU) | 0x80U);
    return out;
  }
  template <class T>
  const T& one_of(const std::vector<T>& all) {
    return all[static_cast<std::size_t>(between(0, static_cast<int>(all.size()) - 1))];
  }

 private:
  std::mt19937_64 random_;
};

struct Officer {
  std::string name, role;
  int surname = 0;
  int postcode = -1;  // in the borough; -1 elsewhere
  double looks = 12;  // records opened on a usual day
  int first_day = 0, last_day = kDays;
  int away_from = kDays, away_until = kDays;  // ill, or with a child
  std::vector<bool> leave = std::vector<bool>(kDays);
  std::vector<int> days_off;  // of the week
  int begins = 8 * 60 + 30;
  bool has_laptop = false;

  [[nodiscard]] bool employed(int day) const { return day >= first_day && day < last_day; }
};

struct HeldRecord {
  Uuid id;
  int surname = 0;
  int postcode = 0;
  int address_of = -1;  // a member of staff lives there
  bool is_protected = false;
  bool ended = false;
  std::string type, sender, agreement;
  int reference = 0;
  int owner = 0;  // the officer whose case it is
};

std::string sector_postcode(int number) {
  std::string out = "E" + std::to_string(1 + number / 800) + ' ' + std::to_string(number / 80 % 10);
  out += static_cast<char>('A' + number % 80 / 20);
  out += static_cast<char>('A' + number % 20);
  return out;
}

class Year {
 public:
  Year(std::uint64_t seed, const std::function<void(const Activity&)>& take)
      : dice_(seed), take_(take) {}

  YearFacts make() {
    hire();
    plant();
    for (today_ = -170; today_ < 0; ++today_) {  // what was held before
      for (int i = 0; i < 70; ++i) arrive(360 + 12 * i);
    }
    for (int day = 0; day < kDays; ++day) {
      today_ = day;
      a_day();
      hand_over();
    }
    return std::move(facts_);
  }

 private:
  using Plan = std::function<void()>;

  // ---- people

  void hire() {
    for (int i = 0; i < 60; ++i) {
      Officer officer;
      officer.role = i < 40 ? "housing-officer" : i < 52 ? "notice-lead" : "marac-coordinator";
      officer.name = "officer" + std::to_string(i);
      officer.surname = dice_.surname();
      if (dice_.chance(0.3)) officer.postcode = dice_.between(0, kPostcodes - 1);
      officer.looks = std::clamp(std::exp(dice_.normal(std::log(11.0), 0.45)), 3.0, 40.0);
      officer.begins = dice_.between(7 * 60 + 30, 9 * 60 + 30);
      officer.has_laptop = dice_.chance(0.5);
      if (dice_.chance(0.2)) officer.days_off = {dice_.between(0, 4)};
      if (dice_.chance(0.05)) officer.days_off = {0, 4};
      for (int block = 0; block < 5; ++block) take_leave(officer, dice_.between(0, kDays - 8));
      officers_.push_back(std::move(officer));
    }
    for (int i = 0; i < 5; ++i) officers_[static_cast<std::size_t>(i * 7)].last_day = leaving();
    for (int i = 0; i < 6; ++i) {
      officers_[static_cast<std::size_t>(3 + i * 9)].first_day = dice_.between(30, 300);
    }
    for (const auto i : {5U, 31U, 45U}) {
      officers_[i].away_from = dice_.between(20, 150);
      officers_[i].away_until = officers_[i].away_from + dice_.between(62, 140);
    }
    for (int i = 0; i < 2; ++i) {
      Officer auditor;
      auditor.name = "auditor" + std::to_string(i);
      auditor.role = "auditor";
      auditors_.push_back(auditor);
    }
  }

  int leaving() { return dice_.between(60, 250); }

  void take_leave(Officer& officer, int from) {
    for (int day = from; day < from + 7; ++day) officer.leave[static_cast<std::size_t>(day)] = true;
  }

  [[nodiscard]] bool works(const Officer& officer, int day) const {
    const int weekday = day % 7;
    return officer.employed(day) && weekday < 5 && !officer.leave[static_cast<std::size_t>(day)] &&
           (day < officer.away_from || day >= officer.away_until) &&
           std::ranges::find(officer.days_off, weekday) == officer.days_off.end();
  }

  // ---- records

  const HeldRecord& arrive(int minute) {
    HeldRecord record;
    record.id = dice_.id(at(minute));
    record.surname = dice_.surname();
    // A few buildings house many.
    const double skewed = dice_.unit() * dice_.unit();
    record.postcode = static_cast<int>(skewed * kHomesForHouseholds) * 4 % kPostcodes;
    const bool marac = dice_.chance(0.15);
    record.type = marac ? "violence.marac_transfer" : "ta.placement_notice";
    record.agreement = marac ? "london-marac" : "london-ta-notice";
    record.is_protected = dice_.chance(marac ? 0.3 : 0.03);
    record.ended = dice_.chance(0.02);
    record.sender = "E09000" + std::to_string(100 + dice_.between(1, 33)).substr(0, 3);
    record.reference = next_reference_++;
    record.owner = owner_of(record);
    held_.push_back(record);
    return held_.back();
  }

  // Cases go to whoever may see them and is there.
  int owner_of(const HeldRecord& record) {
    for (;;) {
      const int i = dice_.between(0, 59);
      const auto& officer = officers_[static_cast<std::size_t>(i)];
      if (officer.employed(std::max(today_, 0)) && may_see(officer, record)) return i;
    }
  }

  const HeldRecord& recent(double reach) {
    const auto back = static_cast<std::size_t>(dice_.unit() * dice_.unit() * reach *
                                               static_cast<double>(held_.size()));
    return held_[held_.size() - 1 - std::min(back, held_.size() - 1)];
  }

  static bool may_see(const Officer& officer, const HeldRecord& record) {
    const bool marac = record.type == "violence.marac_transfer";
    if (officer.role == "marac-coordinator") return marac;
    return !marac && (!record.is_protected || officer.role == "notice-lead");
  }

  const HeldRecord& a_record_for(const Officer& officer, double reach) {
    for (int i = 0; i < 500; ++i) {
      const auto& record = recent(reach);
      if (may_see(officer, record)) return record;
    }
    return held_.back();
  }

  // Mostly one's own case; now and then that of a colleague who is away.
  const HeldRecord& a_case_of(const Officer& officer, double reach) {
    if (dice_.chance(0.1)) return a_record_for(officer, reach);
    for (int i = 0; i < 2000; ++i) {
      const auto& record = recent(reach);
      if (&officers_[static_cast<std::size_t>(record.owner)] == &officer) return record;
    }
    return a_record_for(officer, reach);
  }

  // ---- acts

  [[nodiscard]] Time at(double minute) const {
    return Time(kFirstDay + days(today_)) +
           milliseconds(static_cast<std::int64_t>(minute * 60'000));
  }

  Activity act(const Officer& officer, double minute, const char* outcome) {
    Activity out;
    out.time = at(minute);
    out.actor = officer.name;
    out.roles = {officer.role};
    out.act = "consultation";
    out.outcome = outcome;
    out.device = officer.name + "-desk";
    out.count = 1;
    return out;
  }

  void relate(const HeldRecord& record, Activity& activity) const {
    for (std::size_t i = 0; i < officers_.size(); ++i) {
      const auto& staff = officers_[i];
      if (!staff.employed(today_)) continue;
      const bool home = record.address_of == static_cast<int>(i);
      if (staff.surname == record.surname) activity.relations.push_back("surname:" + staff.name);
      if (home || staff.postcode == record.postcode) {
        activity.relations.push_back("postcode:" + staff.name);
      }
      if (home) activity.relations.push_back("address:" + staff.name);
    }
    if (record.is_protected) activity.relations.emplace_back("protected");
    if (record.ended) activity.relations.emplace_back("ended");
  }

  Activity& open(const Officer& officer, double minute, const HeldRecord& record) {
    auto look = act(officer, minute, "shown");
    look.note = "show";
    look.record_type = record.type;
    look.sender = record.sender;
    look.agreement = record.agreement;
    look.records = {record.id};
    relate(record, look);
    acts_.push_back(std::move(look));
    return acts_.back();
  }

  Activity& list(const Officer& officer, double minute, std::uint64_t rows) {
    auto look = act(officer, minute, rows > 0 ? "listed" : "refused");
    look.note = "list";
    look.count = rows;
    acts_.push_back(std::move(look));
    return acts_.back();
  }

  // A search and the look that follows it.
  void search(const Officer& officer, double minute, const HeldRecord& record,
              const std::string& asked) {
    auto& found = list(officer, minute, 1);
    found.asked = asked;
    found.records = {record.id};
    relate(record, found);
    open(officer, minute + 0.3, record);
  }

  void refused(const Officer& officer, double minute) {
    auto look = act(officer, minute, "refused");
    look.note = "show";
    acts_.push_back(std::move(look));
  }

  // ---- a usual day

  void a_day() {
    const bool weekend = today_ % 7 >= 5;
    of_the_agent();
    const int arrivals = dice_.poisson(weekend ? 8 : 70);
    std::vector<int> minutes_of_arrival;
    for (int i = 0; i < arrivals; ++i) minutes_of_arrival.push_back(dice_.between(360, 1200));
    std::ranges::sort(minutes_of_arrival);
    for (const int minute : minutes_of_arrival) arrive(minute);
    const bool busy_for_all = today_ % 91 >= 86 && today_ % 91 <= 88;  // the quarter's return
    for (const auto& officer : officers_) {
      if (works(officer, today_)) working_day(officer, busy_for_all);
    }
    if (weekend) on_call();
    if (today_ % 7 == 2) conference();
    if (!weekend && dice_.chance(0.3)) audit(auditors_[today_ % 2 == 0 ? 0 : 1]);
    for (const auto& [day, plan] : plans_) {
      if (day == today_) plan();
    }
  }

  void working_day(const Officer& officer, bool busy_for_all) {
    double begins = officer.begins + dice_.normal(0, 12);
    double length = 7.6 * 60 + dice_.normal(0, 20);
    if (dice_.chance(0.015)) length += dice_.between(90, 240);  // stays late
    if (dice_.chance(0.01)) begins -= dice_.between(60, 120);   // could not sleep
    double mean = officer.looks * (busy_for_all && officer.role == "housing-officer" ? 3.0 : 1.0);
    if (dice_.chance(0.004)) mean = dice_.between(50, 110);  // tidies up its own cases
    const int looks = dice_.poisson(mean);
    const int first_act = static_cast<int>(acts_.size());
    for (int i = 0; i < looks; ++i) a_look(officer, begins + dice_.unit() * length);
    const int lists = dice_.poisson(5);
    for (int i = 0; i < lists; ++i) {
      list(officer, begins + dice_.unit() * length,
           dice_.chance(0.9) ? static_cast<std::uint64_t>(dice_.between(5, 50)) : 0);
    }
    odd_hours(officer, begins, length);
    if (officer.has_laptop) moves_about(first_act, begins, length);
  }

  void a_look(const Officer& officer, double minute) {
    if (dice_.chance(0.012)) return refused(officer, minute);
    if (dice_.chance(0.82)) {  // what came lately, and the officer's own cases
      open(officer, minute, a_case_of(officer, dice_.chance(0.6) ? 0.05 : 0.3));
      return;
    }
    const auto& record = a_record_for(officer, 0.6);
    const double kind = dice_.unit();
    if (kind < 0.55) {
      search(officer, minute, record, "person_name name " + std::to_string(record.surname));
    } else if (kind < 0.75) {
      search(officer, minute, record, "postcode " + sector_postcode(record.postcode));
    } else {
      search(officer, minute, record, "case_reference HK/27/" + std::to_string(record.reference));
    }
  }

  // What happens now and then: a letter with references, a building, the wrong role.
  void odd_hours(const Officer& officer, double begins, double length) {
    const double minute = begins + dice_.unit() * (length - 60);
    if (dice_.chance(0.012)) {
      int count = 2;
      while (dice_.chance(0.6)) ++count;  // a letter of 15 is rare, and there are some
      for (int i = 0; i < count; ++i) {
        const auto& record = a_record_for(officer, 0.2);
        search(officer, minute + 2.5 * i, record,
               "case_reference HK/27/" + std::to_string(1000 * today_ + i));
      }
    }
    if (dice_.chance(0.01)) {
      const auto& record = a_record_for(officer, 0.5);
      const int count = dice_.between(2, 4);
      for (int i = 0; i < count; ++i) {
        search(officer, minute + 3.0 * i, record,
               "postcode " + sector_postcode(record.postcode / 20 * 20 + i));
      }
    }
    if (dice_.chance(0.004)) {
      const int count = dice_.between(3, 7);
      for (int i = 0; i < count; ++i) refused(officer, minute + 0.7 * i);
    }
    if (dice_.chance(0.0015)) list(officer, minute, 1000);  // for the month's figures
  }

  // To a meeting with the laptop; on few days back for a moment.
  void moves_about(int first_act, double begins, double length) {
    if (!dice_.chance(0.3)) return;
    const double from = begins + dice_.unit() * length;
    const double until = from + dice_.between(4, 180);
    for (std::size_t i = static_cast<std::size_t>(first_act); i < acts_.size(); ++i) {
      auto& activity = acts_[i];
      if (activity.time >= at(from) && activity.time < at(until)) activity.device += "-laptop";
    }
  }

  void on_call() {
    for (int i = 0; i < 2; ++i) {
      const auto& officer = dice_.one_of(officers_);
      if (!officer.employed(today_)) continue;
      const int looks = dice_.poisson(3);
      for (int look = 0; look < looks; ++look) {
        const int minute =
            dice_.chance(0.06) ? dice_.between(0, 5 * 60) : dice_.between(8 * 60, 21 * 60);
        open(officer, minute, a_record_for(officer, 0.02));
      }
    }
  }

  void conference() {
    const auto cases = dice_.between(2, 5);
    for (int i = 0; i < cases; ++i) {
      const auto& record = recent(0.05);
      for (const auto& officer : officers_) {
        if (officer.role == "marac-coordinator" && works(officer, today_) && dice_.chance(0.25)) {
          open(officer, dice_.between(10 * 60, 12 * 60), record);
        }
      }
    }
  }

  void audit(const Officer& auditor) {
    auto look = act(auditor, dice_.between(9 * 60, 16 * 60),
                    dice_.chance(0.15) ? "log-exported" : "log-read");
    acts_.push_back(std::move(look));
  }

  void of_the_agent() {
    Activity entry;
    entry.act = "admin";
    entry.outcome = "epoch-key-destroyed";
    entry.time = at(1);
    if (!(today_ >= 120 && today_ < 122)) acts_.push_back(entry);  // stopped for two days
    for (int i = 0; i < 12; ++i) exchange(dice_.between(7 * 60, 18 * 60), recipient());
  }

  std::string recipient() { return "E090000" + std::to_string(10 + dice_.between(0, 22)); }

  void exchange(int minute, const std::string& to) {
    Activity sent;
    sent.act = "disclosure";
    sent.outcome = "sealed";
    sent.actor = "agent";
    sent.recipient = to;
    sent.time = at(minute);
    sent.count = 1;
    sent.envelopes = {crypto::sha256(ByteWriter().u64(++envelopes_).view())};
    auto receipt = sent;
    receipt.act = "receipt";
    receipt.outcome = "held";
    receipt.actor.clear();
    const auto silent = silent_until_.find(to);
    const bool away = silent != silent_until_.end() && today_ < silent->second;
    receipt.time = sent.time + (dice_.chance(0.01) ? minutes(dice_.between(60, 5 * 24 * 60))
                                                   : minutes(0) + milliseconds(800));
    if (away) receipt.time = Time(kFirstDay + days(silent->second)) + hours(9);
    acts_.push_back(std::move(sent));
    later_.push_back(std::move(receipt));
  }

  // ---- misuse

  int workday() {
    int day = dice_.between(70, kDays - 20);
    while (day % 7 >= 5) ++day;
    return day;
  }

  // Somebody of that role who is at work on that day.
  std::size_t somebody(int day, const std::string& role = {}) {
    for (;;) {
      const auto i = static_cast<std::size_t>(dice_.between(0, 59));
      if (works(officers_[i], day) && (role.empty() || officers_[i].role == role)) return i;
    }
  }

  void misuse(const std::string& kind, Rule rule, const std::string& actor, int day, double from,
              double until) {
    const auto begin = Time(kFirstDay + days(day));
    facts_.planted.push_back({kind, rule, actor,
                              begin + milliseconds(static_cast<std::int64_t>(from * 60'000)),
                              begin + milliseconds(static_cast<std::int64_t>(until * 60'000))});
  }

  void on(int day, Plan plan) { plans_.emplace_back(day, std::move(plan)); }

  void plant() {
    for (int i = 0; i < 4; ++i) plant_neighbour();
    for (int i = 0; i < 10; ++i) plant_surname();
    for (int i = 0; i < 2; ++i) plant_protected();
    for (int i = 0; i < 4; ++i) plant_volume();
    for (int i = 0; i < 3; ++i) plant_numbers();
    for (int i = 0; i < 2; ++i) plant_sector();
    for (int i = 0; i < 2; ++i) plant_walk();
    for (int i = 0; i < 4; ++i) plant_night();
    for (int i = 0; i < 2; ++i) plant_after_end();
    for (int i = 0; i < 2; ++i) plant_lists();
    for (int i = 0; i < 3; ++i) plant_refusals();
    for (int i = 0; i < 2; ++i) plant_dormant(i);
    for (int i = 0; i < 3; ++i) plant_two_places();
    for (int i = 0; i < 3; ++i) plant_gossip();
    plant_silence();
    plant_log_trouble();
  }

  // A look at the neighbours, or at home: the address is a colleague's.
  void plant_neighbour() {
    const int day = workday();
    const auto who = somebody(day), whom = somebody(day);
    const double minute = dice_.between(10 * 60, 15 * 60);
    misuse("colleague's address", Rule::RelatedSubject, officers_[who].name, day, minute,
           minute + 10);
    on(day, [this, who, whom, minute] {
      auto record = held_.back();
      record.id = dice_.id(at(1));
      record.surname = officers_[whom].surname;
      record.address_of = static_cast<int>(whom);
      search(officers_[who], minute, record, "person_name name");
      open(officers_[who], minute + 5, record);
    });
  }

  // A search for a colleague by surname, be the name rare or common.
  void plant_surname() {
    const int day = workday();
    const auto who = somebody(day);
    auto whom = somebody(day);
    while (whom == who) whom = somebody(day);
    const bool common = officers_[whom].surname < 120;  // one in a thousand, and more
    const double minute = dice_.between(10 * 60, 15 * 60);
    misuse(common ? "colleague's common surname" : "colleague's rare surname", Rule::RelatedSubject,
           officers_[who].name, day, minute, minute + 10);
    on(day, [this, who, whom, minute] {
      auto record = a_record_for(officers_[who], 0.5);
      record.surname = officers_[whom].surname;
      record.postcode = -2;
      search(officers_[who], minute, record, "person_name name");
      search(officers_[who], minute + 4, record, "person_name name");
    });
  }

  void plant_protected() {
    const int day = workday();
    const auto who = somebody(day, "notice-lead");
    const double minute = dice_.between(10 * 60, 15 * 60);
    misuse("many protected people", Rule::ProtectedSubject, officers_[who].name, day, minute,
           minute + 80);
    on(day, [this, who, minute] {
      int opened = 0;
      for (auto record = held_.rbegin(); record != held_.rend() && opened < 14; ++record) {
        if (!record->is_protected || record->type != "ta.placement_notice") continue;
        open(officers_[who], minute + 5 * opened++, HeldRecord(*record));
      }
    });
  }

  void plant_volume() {
    const int day = workday();
    const auto who = somebody(day);
    const int looks = std::max(50, static_cast<int>(officers_[who].looks * dice_.between(4, 7)));
    misuse("four to seven times the usual", Rule::Volume, officers_[who].name, day, 0, 1440);
    on(day, [this, who, looks] {
      for (int i = 0; i < looks; ++i) {
        open(officers_[who], 9 * 60 + i * 420.0 / looks + dice_.unit(),
             a_record_for(officers_[who], 1.0));
      }
    });
  }

  void plant_numbers() {
    const int day = workday();
    const auto who = somebody(day);
    const int count = dice_.between(10, 25);
    const double minute = dice_.between(10 * 60, 15 * 60);
    misuse("references one by one", Rule::Sequence, officers_[who].name, day, minute,
           minute + count);
    on(day, [this, who, count, minute] {
      for (int i = 0; i < count; ++i) {
        search(officers_[who], minute + i, a_record_for(officers_[who], 1.0),
               "case_reference WF/26/" + std::to_string(5000 + i * dice_.between(1, 1)));
      }
    });
  }

  void plant_sector() {
    const int day = workday();
    const auto who = somebody(day);
    const int count = dice_.between(8, 15);
    const double minute = dice_.between(10 * 60, 15 * 60);
    misuse("a street's postcodes", Rule::Sequence, officers_[who].name, day, minute,
           minute + 3 * count);
    on(day, [this, who, count, minute] {
      for (int i = 0; i < count; ++i) {
        search(officers_[who], minute + 3 * i, a_record_for(officers_[who], 1.0),
               "postcode " + sector_postcode(4000 + i));
      }
    });
  }

  void plant_walk() {
    const int day = workday();
    const auto who = somebody(day, "housing-officer");
    const int count = dice_.between(40, 80);
    const double minute = dice_.between(10 * 60, 15 * 60);
    misuse("records opened by a program", Rule::Sequence, officers_[who].name, day, minute,
           minute + 0.1 * count);
    on(day, [this, who, count, minute] {
      int opened = 0;
      for (auto record = held_.rbegin(); record != held_.rend() && opened < count; ++record) {
        if (!may_see(officers_[who], *record)) continue;
        open(officers_[who], minute + 0.1 * opened++, HeldRecord(*record));
      }
    });
  }

  // At night: some a list, some a look or two.
  void plant_night() {
    const int day = workday();
    const auto who = somebody(day);
    const double minute = dice_.between(22 * 60 + 30, 23 * 60 + 30);
    const bool much = dice_.chance(0.5);
    misuse(much ? "a list at night" : "a peek at night", Rule::OutOfHours, officers_[who].name, day,
           minute, minute + 20);
    on(day, [this, who, minute, much] {
      if (much) list(officers_[who], minute, 40);
      open(officers_[who], minute + 3, a_record_for(officers_[who], 0.5));
    });
  }

  void plant_after_end() {
    const auto end = static_cast<int>((kAgreementEnds - kFirstDay).count());
    int day = dice_.between(end + 2, kDays - 10);
    while (day % 7 >= 5) ++day;
    const auto who = somebody(day);
    const double minute = dice_.between(10 * 60, 15 * 60);
    misuse("after the agreement's end", Rule::AfterTheEnd, officers_[who].name, day, minute,
           minute + 10);
    on(day, [this, who, minute] {
      auto record = a_record_for(officers_[who], 0.5);
      record.agreement = "london-pilot";
      open(officers_[who], minute, record);
      open(officers_[who], minute + 4, record);
    });
  }

  void plant_lists() {
    const int day = workday();
    const auto who = somebody(day), other = somebody(day);
    const double minute = dice_.between(10 * 60, 15 * 60);
    misuse("a list of a thousand", Rule::LargeExport, officers_[who].name, day, minute, minute + 1);
    misuse("lists in slices", Rule::LargeExport, officers_[other].name, day, minute, minute + 20);
    on(day, [this, who, other, minute] {
      list(officers_[who], minute, 1000);
      for (int i = 0; i < 40; ++i) list(officers_[other], minute + 0.5 * i, 50);
    });
  }

  void plant_refusals() {
    const int day = workday();
    const auto who = somebody(day);
    const double minute = dice_.between(10 * 60, 15 * 60);
    const int count = dice_.between(10, 30);
    misuse("tries doors", Rule::Refusals, officers_[who].name, day, minute, minute + 8);
    on(day, [this, who, minute, count] {
      for (int i = 0; i < count; ++i) refused(officers_[who], minute + 6.0 * i / count);
    });
  }

  // The account of somebody who has left.
  void plant_dormant(int which) {
    const auto& leaver = officers_[static_cast<std::size_t>(which * 7)];
    int day = std::min(leaver.last_day + dice_.between(75, 100), kDays - 4);
    while (day % 7 >= 5) --day;
    const double minute = dice_.between(10 * 60, 15 * 60);
    misuse("an account that was left", Rule::DormantAccount, leaver.name, day, minute, minute + 30);
    on(day, [this, which, minute] {
      const auto& account = officers_[static_cast<std::size_t>(which * 7)];
      for (int i = 0; i < 5; ++i) open(account, minute + 5 * i, a_record_for(account, 0.5));
    });
  }

  void plant_two_places() {
    const int day = workday();
    const auto who = somebody(day);
    const double minute = dice_.between(10 * 60, 15 * 60);
    misuse("a lent account", Rule::TwoPlaces, officers_[who].name, day, minute, minute + 20);
    on(day, [this, who, minute] {
      for (int i = 0; i < 6; ++i) {
        auto& look = open(officers_[who], minute + 3 * i, a_record_for(officers_[who], 0.3));
        if (i % 2 == 1) look.device = "another-desk";
      }
    });
  }

  void plant_gossip() {
    const int day = workday();
    const int count = dice_.between(5, 9);
    std::vector<std::size_t> people;
    while (people.size() < static_cast<std::size_t>(count)) {
      const auto who = somebody(day, "housing-officer");
      if (std::ranges::find(people, who) == people.end()) people.push_back(who);
    }
    misuse("gossip", Rule::ManyEyes, officers_[people.front()].name, day, 10 * 60, 16 * 60);
    on(day, [this, people] {
      const auto record = a_record_for(officers_[people.front()], 0.02);
      for (std::size_t i = 0; i < people.size(); ++i) {
        open(officers_[people[i]], 10 * 60 + 30.0 * static_cast<double>(i), record);
      }
    });
  }

  void plant_silence() {
    for (int i = 0; i < 2; ++i) {
      const int day = workday();
      const auto to = recipient();
      misuse("a recipient that does not answer", Rule::NeverAcknowledged, {}, day, 0, 13 * 1440);
      on(day, [this, day, to] {
        silent_until_[to] = day + 13;
        for (int k = 0; k < 3; ++k) exchange(600 + k, to);
      });
    }
  }

  void plant_log_trouble() {
    for (const auto* outcome : {"log-opened-anew", "log-forked"}) {
      const int day = workday();
      misuse(outcome, Rule::LogTrouble, {}, day, 5 * 60, 5 * 60 + 1);
      on(day, [this, outcome] {
        Activity entry;
        entry.act = "admin";
        entry.outcome = outcome;
        entry.time = at(5 * 60);
        acts_.push_back(entry);
      });
    }
    const int day = workday();
    misuse("a clock put back", Rule::LogTrouble, {}, day, 0, 2 * 1440);
    on(day, [this] { put_back_ = true; });
    const int other = workday();
    misuse("missing entries", Rule::LogTrouble, {}, other, 0, 2 * 1440);
    on(other, [this] { skip_ = true; });
  }

  // ---- the log

  void hand_over() {
    const auto end = at(1440);
    std::erase_if(later_, [&](const Activity& activity) {
      if (activity.time >= end) return false;
      acts_.push_back(activity);
      return true;
    });
    std::ranges::sort(acts_, [](const Activity& left, const Activity& right) {
      return std::tie(left.time, left.actor, left.outcome) <
             std::tie(right.time, right.actor, right.outcome);
    });
    for (std::size_t i = 0; i < acts_.size(); ++i) {
      auto& activity = acts_[i];
      if (put_back_ && i == acts_.size() / 2) activity.time -= minutes(45);
      if (skip_ && i == acts_.size() / 2) next_index_ += 3;
      activity.index = next_index_++;
      activity.commitment = crypto::sha256(ByteWriter().u64(activity.index).view());
      facts_.looks += is_shown(activity) || is_listed(activity) ? 1 : 0;
      ++facts_.activities;
      take_(activity);
    }
    put_back_ = skip_ = false;
    acts_.clear();
    while (held_.size() > 12'000) held_.pop_front();
  }

  Dice dice_;
  const std::function<void(const Activity&)>& take_;
  YearFacts facts_;
  int today_ = 0;
  std::vector<Officer> officers_, auditors_;
  std::deque<HeldRecord> held_;
  int next_reference_ = 1;
  std::uint64_t next_index_ = 0;
  std::uint64_t envelopes_ = 0;
  std::deque<Activity> acts_;
  std::vector<Activity> later_;  // receipts to come
  std::map<std::string, int> silent_until_;
  std::vector<std::pair<int, Plan>> plans_;
  bool put_back_ = false, skip_ = false;
};

}  // namespace

YearFacts make_year(std::uint64_t seed, const std::function<void(const Activity&)>& take) {
  return Year(seed, take).make();
}

AlertSettings settings_of_the_year() {
  AlertSettings out;
  out.agreement_ends["london-pilot"] = kAgreementEnds;
  out.two_places = 3;  // a place is a machine here, not a window
  return out;
}

}  // namespace hub::alerts
