#include "audit/alerts/subject_watch.h"

#include <algorithm>
#include <map>

#include "audit/alerts/baseline.h"
#include "audit/alerts/recent.h"

namespace hub::alerts {
namespace {

constexpr std::size_t kMostRecords = 20'000;
constexpr std::size_t kMostPeopleAtOne = 64;
constexpr std::size_t kMostProtected = 1024;
constexpr std::size_t kMostDays = 400;

// What ties a record to one member of staff.
struct Tie {
  unsigned points = 0;
  std::string kinds;                                        // "address and surname"
  bool address = false, postcode = false, surname = false;  // that say something
};

class RelatedSubject final : public Watch {
 public:
  explicit RelatedSubject(const AlertSettings& settings) : settings_(settings) {}

  void take(const Seen& seen, Ledger& ledger) override {
    const auto& activity = seen.activity;
    const bool shown = is_shown(activity);
    if (!shown && (!is_listed(activity) || activity.asked.empty())) return;
    if (shown) ++shown_;
    for (const auto& [user, tie] : ties_of(activity, shown)) {
      if (tie.points > 0) write(seen, user, tie, ledger);
    }
  }

 private:
  // By member of staff.
  std::map<std::string, Tie> ties_of(const Activity& activity, bool shown) {
    std::map<std::string, Tie> out;
    for (const auto& relation : activity.relations) {
      const auto colon = relation.find(':');
      if (colon == std::string::npos) continue;
      if (shown) ++met_.at(relation);
      const auto kind = relation.substr(0, colon);
      auto& tie = out[relation.substr(colon + 1)];
      tie.kinds += (tie.kinds.empty() ? "" : " and ") + kind;
      tie.address |= kind == "address";
      tie.postcode |= kind == "postcode" && !is_common(relation);
      tie.surname |= kind == "surname" && !is_common(relation);
    }
    for (auto& [user, tie] : out) tie.points = points_of(activity, tie, user);
    return out;
  }

  unsigned points_of(const Activity& activity, const Tie& tie, const std::string& user) const {
    if (tie.address) return settings_.same_address;
    if (tie.postcode && tie.surname) return settings_.same_postcode_and_surname;
    if (tie.postcode) {
      const bool searched = activity.asked.starts_with("postcode ");
      return settings_.same_postcode + (searched ? settings_.searched_for : 0);
    }
    if (!tie.surname) return 0;
    const bool searched = activity.asked.starts_with("person_name ");
    return (user == activity.actor ? settings_.own_surname : settings_.colleagues_surname) +
           (searched ? settings_.searched_for : 0);
  }

  bool is_common(const std::string& relation) {
    return shown_ >= settings_.common_after && met_.at(relation) * settings_.common_share > shown_;
  }

  static void write(const Seen& seen, const std::string& user, const Tie& tie, Ledger& ledger) {
    const auto& activity = seen.activity;
    auto& finding =
        ledger.add(Rule::RelatedSubject, person_and_day(seen) + '\n' + user, mark_of(activity));
    finding.amount += activity.count;
    // The strongest look gives the reason; each look moves the times.
    if (tie.points >= finding.score) {
      finding.score = tie.points;
      reasons_text(activity, user, tie, finding);
    }
    const auto at = finding.why.find("; ");
    finding.why = activity.actor + " looked at " + counted(finding.amount, "record") + ' ' +
                  span_text(finding) + finding.why.substr(at);
  }

  static void reasons_text(const Activity& activity, const std::string& user, const Tie& tie,
                           Finding& finding) {
    finding.why =
        "; " + tie.kinds +
        (user == activity.actor ? " as the looker's own" : " as of " + user + ", who works here");
    if (!activity.asked.empty()) {
      finding.why +=
          ", found by a search for " + activity.asked.substr(0, activity.asked.find(' '));
    }
  }

  const AlertSettings& settings_;
  std::uint64_t shown_ = 0;
  Recent<std::string, std::uint64_t> met_{3 * kMostPeople};  // opened, by relation
};

class ProtectedSubject final : public Watch {
 public:
  explicit ProtectedSubject(const AlertSettings& settings) : settings_(settings) {}

  void take(const Seen& seen, Ledger& ledger) override {
    const auto& activity = seen.activity;
    if (!is_shown(activity)) return;
    auto& person = people_.at(activity.actor);
    if (person.day != seen.local.day) begin_day(seen.local.day, person);
    if (std::ranges::find(activity.relations, "protected") == activity.relations.end()) return;
    remember(activity, person);
    if (!is_working_time(settings_, activity.roles, seen.local)) {
      write(seen, "out of hours", hours_text(settings_, activity.roles), mark_of(activity), ledger);
    }
    if (person.records.size() <= settings_.protected_a_day ||
        person.records.size() <= settings_.volume_factor * person.usual) {
      return;
    }
    for (const auto& mark : person.marks) {
      write(seen, "many",
            "on a usual day " + activity.actor + " opens " + std::to_string(person.usual), mark,
            ledger);
    }
    person.marks.clear();
  }

 private:
  struct Person {
    std::int32_t day = -1;
    std::vector<Uuid> records;  // of protected people, today
    std::vector<Mark> marks;    // not in the finding yet
    Baseline before;
    std::uint64_t usual = 0;  // the median day
  };

  void begin_day(std::int32_t day, Person& person) const {
    if (person.day >= 0) {
      person.before.add(person.day, person.records.size(), settings_.baseline_days, kMostDays);
    }
    person.day = day;
    person.usual = median(person.before.counts(day - settings_.baseline_days));
    person.records.clear();
    person.marks.clear();
  }

  static void remember(const Activity& activity, Person& person) {
    if (person.marks.size() < kMostMarks) person.marks.push_back(mark_of(activity));
    for (const auto& record : activity.records) {
      const bool known = std::ranges::find(person.records, record) != person.records.end();
      if (!known && person.records.size() < kMostProtected) person.records.push_back(record);
    }
  }

  void write(const Seen& seen, const std::string& kind, const std::string& why, const Mark& mark,
             Ledger& ledger) const {
    auto& finding = ledger.add(Rule::ProtectedSubject, person_and_day(seen) + '\n' + kind, mark);
    finding.score = settings_.protected_weight;
    finding.why = seen.activity.actor + " opened records of people who must not be found " +
                  counted(finding.count, "time") + ' ' + span_text(finding) + "; " + why;
  }

  const AlertSettings& settings_;
  Recent<std::string, Person> people_{kMostPeople};
};

struct UuidHash {
  std::size_t operator()(const Uuid& id) const {
    return std::hash<std::string_view>()(as_text(id.bytes));
  }
};

class ManyEyes final : public Watch {
 public:
  explicit ManyEyes(const AlertSettings& settings) : settings_(settings) {}

  void take(const Seen& seen, Ledger& ledger) override {
    if (!is_shown(seen.activity)) return;
    for (const auto& record : seen.activity.records) look(seen.activity, record, ledger);
  }

 private:
  struct Eyes {
    std::vector<Mark> last;  // of each person, within the window
    std::string key;         // of the finding while the episode goes on
  };

  void look(const Activity& activity, const Uuid& record, Ledger& ledger) {
    auto& eyes = records_.at(record);
    std::erase_if(eyes.last, [&](const Mark& mark) {
      return mark.actor == activity.actor || mark.time + settings_.gossip_window <= activity.time;
    });
    if (eyes.last.size() < kMostPeopleAtOne) eyes.last.push_back(mark_of(activity));
    if (eyes.last.size() < settings_.people_at_one_record) {
      eyes.key.clear();
      return;
    }
    if (eyes.key.empty()) {
      eyes.key = to_string(record) + '\n' + std::to_string(eyes.last.front().index);
    }
    auto& finding = ledger.follow(Rule::ManyEyes, eyes.key, eyes.last);
    finding.score = settings_.gossip;
    std::string people;
    for (const auto& actor : finding.actors) people += (people.empty() ? "" : ", ") + actor;
    finding.why = std::to_string(finding.actors.size()) + " people opened record " +
                  to_string(record) + ' ' + span_text(finding) + ": " + people;
  }

  const AlertSettings& settings_;
  Recent<Uuid, Eyes, UuidHash> records_{kMostRecords};
};

}  // namespace

std::unique_ptr<Watch> related_subject(const AlertSettings& settings) {
  return std::make_unique<RelatedSubject>(settings);
}
std::unique_ptr<Watch> protected_subject(const AlertSettings& settings) {
  return std::make_unique<ProtectedSubject>(settings);
}
std::unique_ptr<Watch> many_eyes(const AlertSettings& settings) {
  return std::make_unique<ManyEyes>(settings);
}

}  // namespace hub::alerts
