#include "audit/alerts/sequence_watch.h"

#include <algorithm>
#include <set>

#include "audit/alerts/recent.h"

namespace hub::alerts {
namespace {

constexpr std::size_t kMostTrail = 64;
constexpr std::size_t kMostOpened = 256;
constexpr std::size_t kMostDigits = 15;
constexpr std::string_view kPostcode = "postcode ";

// What was searched for, cut into what stays and the number at its end.
struct Numbered {
  std::string before;
  std::uint64_t number = 0;
};

std::optional<Numbered> numbered(std::string_view asked) {
  const auto last = asked.find_last_not_of("0123456789");
  const auto digits = last == std::string_view::npos ? asked : asked.substr(last + 1);
  if (digits.empty() || digits.size() > kMostDigits) return std::nullopt;
  Numbered out{std::string(asked.substr(0, asked.size() - digits.size())), 0};
  for (const char digit : digits) {
    out.number = out.number * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return out;
}

// "E8 1" of "postcode E8 1AA".
std::optional<std::string> sector_of(std::string_view asked) {
  if (!asked.starts_with(kPostcode)) return std::nullopt;
  const auto postcode = asked.substr(kPostcode.size());
  if (postcode.size() < 5 || postcode.size() > 8) return std::nullopt;
  return std::string(postcode.substr(0, postcode.size() - 2));
}

// A run in one direction: how long it is, and its entries.
struct Run {
  int direction = 0;  // 1 rises, -1 falls
  std::size_t length = 0;
  std::vector<Mark> trail;

  void begin(const Mark& mark) {
    direction = 0;
    length = 1;
    trail.assign(1, mark);
  }
  // Begins anew from the last entry where the direction turns.
  void go_on(int step, const Mark& mark) {
    if (direction != 0 && step != direction) begin(trail.back());
    direction = step;
    ++length;
    if (trail.size() == kMostTrail) trail.erase(trail.begin());
    trail.push_back(mark);
  }
};

class Sequence final : public Watch {
 public:
  explicit Sequence(const AlertSettings& settings) : settings_(settings) {}

  void take(const Seen& seen, Ledger& ledger) override {
    const auto& activity = seen.activity;
    if (activity.act != "consultation" || !is_persons(activity)) return;
    auto& person = people_.at(activity.actor);
    if (!activity.asked.empty()) {
      numbers(seen, person, ledger);
      postcodes(seen, person, ledger);
    }
    if (is_shown(activity) && !activity.records.empty()) records(seen, person, ledger);
  }

 private:
  struct Opened {
    Uuid record;
    Mark mark;
  };
  struct Person {
    std::string before;
    std::uint64_t number = 0;
    Time searched;
    Run numbers;

    std::string sector;
    Time sector_since;
    std::set<std::string> units;
    std::vector<Mark> sector_trail;

    std::vector<Opened> opened;
  };

  void numbers(const Seen& seen, Person& person, Ledger& ledger) const {
    const auto now = numbered(seen.activity.asked);
    if (!now) return;
    const auto mark = mark_of(seen.activity);
    const auto far = std::max(now->number, person.number) - std::min(now->number, person.number);
    const bool again = now->before == person.before && far == 0;
    const bool goes_on = !person.numbers.trail.empty() && now->before == person.before &&
                         far <= settings_.largest_step &&
                         seen.activity.time - person.searched <= settings_.between_searches;
    const int direction = now->number > person.number ? 1 : -1;
    person.before = now->before;
    person.number = now->number;
    person.searched = seen.activity.time;
    if (again && goes_on) return;
    if (!goes_on) return person.numbers.begin(mark);
    person.numbers.go_on(direction, mark);
    if (person.numbers.length < settings_.numbers_in_a_row) return;
    const auto what = person.before.substr(0, person.before.find(' '));
    write(seen, person.numbers.trail, "numbers",
          " one after the other, each within " + std::to_string(settings_.largest_step) +
              " of the one before",
          "searched for " + (what.empty() ? "number" : what), ledger);
  }

  void postcodes(const Seen& seen, Person& person, Ledger& ledger) const {
    const auto sector = sector_of(seen.activity.asked);
    if (!sector) return;
    const auto& activity = seen.activity;
    if (*sector != person.sector || activity.time - person.sector_since > settings_.sector_window) {
      person.sector = *sector;
      person.sector_since = activity.time;
      person.units.clear();
      person.sector_trail.clear();
    }
    if (person.units.size() >= kMostTrail) return;
    if (!person.units.insert(activity.asked).second) return;
    person.sector_trail.push_back(mark_of(activity));
    if (person.units.size() < settings_.postcodes_of_a_sector) return;
    write(seen, person.sector_trail, "postcodes", ", all of the sector " + *sector,
          "searched for postcode", ledger);
  }

  // Different records, opened faster than anybody reads them.
  void records(const Seen& seen, Person& person, Ledger& ledger) const {
    const auto& activity = seen.activity;
    const auto& record = activity.records.front();
    std::erase_if(person.opened, [&](const Opened& opened) {
      return opened.record == record || opened.mark.time + settings_.at_once <= activity.time;
    });
    if (person.opened.size() >= kMostOpened) person.opened.erase(person.opened.begin());
    person.opened.push_back({record, mark_of(activity)});
    if (person.opened.size() < settings_.records_at_once) return;
    std::vector<Mark> trail;
    trail.reserve(person.opened.size());
    for (const auto& opened : person.opened) trail.push_back(opened.mark);
    const auto window = std::chrono::duration_cast<std::chrono::minutes>(settings_.at_once);
    write(seen, trail, "records",
          ", " + std::to_string(settings_.records_at_once) + " within " +
              counted(static_cast<std::uint64_t>(window.count()), "minute") +
              ": faster than anybody reads",
          "opened record", ledger);
  }

  void write(const Seen& seen, const std::vector<Mark>& trail, const std::string& key,
             const std::string& how, const std::string& did, Ledger& ledger) const {
    auto& finding = ledger.follow(Rule::Sequence, person_and_day(seen) + '\n' + key, trail);
    finding.score = settings_.sequence_weight;
    finding.why = seen.activity.actor + ' ' + did + "s " + counted(finding.count, "time") + how +
                  ", " + span_text(finding);
  }

  const AlertSettings& settings_;
  Recent<std::string, Person> people_{kMostPeople};
};

}  // namespace

std::unique_ptr<Watch> sequence(const AlertSettings& settings) {
  return std::make_unique<Sequence>(settings);
}

}  // namespace hub::alerts
