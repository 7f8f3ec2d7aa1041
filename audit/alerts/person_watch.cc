#include "audit/alerts/person_watch.h"

#include <algorithm>
#include <deque>

#include "audit/alerts/recent.h"

namespace hub::alerts {
namespace {

constexpr std::size_t kMostRefusals = 1024;
// What core/base/local_user.h says of a program that no terminal runs.
constexpr std::string_view kNowhere = "no terminal";

class OutOfHours final : public Watch {
 public:
  explicit OutOfHours(const AlertSettings& settings) : settings_(settings) {}

  void take(const Seen& seen, Ledger& ledger) override {
    const auto& activity = seen.activity;
    if (!is_persons(activity) || is_working_time(settings_, activity.roles, seen.local)) return;
    auto& finding = ledger.add(Rule::OutOfHours, person_and_day(seen), mark_of(activity));
    if (is_shown(activity) || is_listed(activity)) finding.amount += activity.count;
    const bool night =
        seen.local.minute >= settings_.night_from || seen.local.minute < settings_.night_until;
    const bool much =
        night || finding.amount >= settings_.much || activity.outcome == "log-exported";
    finding.score =
        std::max(finding.score, much ? settings_.much_out_of_hours : settings_.out_of_hours);
    finding.why = activity.actor +
                  (finding.amount > 0 ? " looked at " + counted(finding.amount, "record")
                                      : " acted " + counted(finding.count, "time")) +
                  ' ' + span_text(finding) + "; " + hours_text(settings_, activity.roles);
  }

 private:
  const AlertSettings& settings_;
};

class AfterTheEnd final : public Watch {
 public:
  explicit AfterTheEnd(const AlertSettings& settings) : settings_(settings) {}

  void take(const Seen& seen, Ledger& ledger) override {
    const auto& activity = seen.activity;
    if (!is_shown(activity)) return;
    const auto end = settings_.agreement_ends.find(activity.agreement);
    if (end != settings_.agreement_ends.end() && activity.time >= end->second) {
      auto& finding = ledger.add(
          Rule::AfterTheEnd, person_and_day(seen) + '\n' + activity.agreement, mark_of(activity));
      finding.score = settings_.after_agreement;
      finding.why = activity.actor + " opened " + counted(finding.count, "record") +
                    " under agreement " + activity.agreement + ' ' + span_text(finding) +
                    "; it ended at " + to_iso(end->second);
    }
    if (std::ranges::find(activity.relations, "ended") != activity.relations.end()) {
      ended(seen, ledger);
    }
  }

 private:
  struct Day {
    std::int32_t day = -1;
    std::vector<Mark> marks;
  };

  // One or two come up in any day's work.
  void ended(const Seen& seen, Ledger& ledger) {
    auto& today = days_.at(seen.activity.actor);
    if (today.day != seen.local.day) today = Day{seen.local.day, {}};
    if (today.marks.size() < kMostMarks) today.marks.push_back(mark_of(seen.activity));
    if (today.marks.size() < settings_.ended_a_day) return;
    auto& finding = ledger.follow(Rule::AfterTheEnd, person_and_day(seen) + "\nended", today.marks);
    finding.score = settings_.after_case;
    finding.why = seen.activity.actor + " opened " + counted(finding.count, "record") +
                  " that their senders have amended or withdrawn, " + span_text(finding);
  }

  const AlertSettings& settings_;
  Recent<std::string, Day> days_{kMostPeople};
};

class BurstOfRefusals final : public Watch {
 public:
  explicit BurstOfRefusals(const AlertSettings& settings) : settings_(settings) {}

  void take(const Seen& seen, Ledger& ledger) override {
    const auto& activity = seen.activity;
    if (!is_refused(activity)) return;
    auto& last = refusals_.at(activity.actor);
    std::erase_if(last, [&](const Mark& mark) {
      return mark.time + settings_.refusal_window <= activity.time;
    });
    if (last.size() == kMostRefusals) last.erase(last.begin());
    last.push_back(mark_of(activity));
    if (last.size() < settings_.refusals) return;
    auto& finding = ledger.follow(Rule::Refusals, person_and_day(seen), last);
    finding.score = settings_.refusals_weight;
    finding.why =
        activity.actor + " was refused " + counted(finding.count, "time") + ' ' +
        span_text(finding) + "; " + std::to_string(settings_.refusals) + " within " +
        counted(
            static_cast<std::uint64_t>(
                std::chrono::duration_cast<std::chrono::minutes>(settings_.refusal_window).count()),
            "minute") +
        " are unusual";
  }

 private:
  const AlertSettings& settings_;
  Recent<std::string, std::vector<Mark>> refusals_{kMostPeople};
};

class DormantAccount final : public Watch {
 public:
  explicit DormantAccount(const AlertSettings& settings) : settings_(settings) {}

  void take(const Seen& seen, Ledger& ledger) override {
    const auto& activity = seen.activity;
    if (!is_persons(activity)) return;
    auto& account = accounts_.at(activity.actor);
    if (account.last && activity.time - *account.last > settings_.dormant) {
      account.slept_since = account.last;
      account.woke = seen.local.day;
    }
    account.last = std::max(account.last.value_or(activity.time), activity.time);
    if (!account.slept_since || account.woke != seen.local.day) return;
    auto& finding = ledger.add(Rule::DormantAccount, person_and_day(seen), mark_of(activity));
    finding.score = settings_.dormant_weight;
    finding.why = activity.actor + " acted " + counted(finding.count, "time") + ' ' +
                  span_text(finding) + "; the account had done nothing since " +
                  day_text(london(*account.slept_since).day);
  }

 private:
  struct Account {
    std::optional<Time> last, slept_since;
    std::int32_t woke = 0;
  };
  const AlertSettings& settings_;
  Recent<std::string, Account> accounts_{kMostPeople};
};

class TwoPlaces final : public Watch {
 public:
  explicit TwoPlaces(const AlertSettings& settings) : settings_(settings) {}

  // From A to B is moving; from A to B and back to A within minutes is being at both.
  void take(const Seen& seen, Ledger& ledger) override {
    const auto& activity = seen.activity;
    if (!is_persons(activity) || activity.device.empty() || activity.device == kNowhere) return;
    auto& person = people_.at(activity.actor);
    if (activity.device == person.device) {
      person.here = mark_of(activity);
      return;
    }
    const bool back = activity.device == person.device_before &&
                      activity.time - person.there.time <= settings_.two_places_window;
    if (back) {
      const std::vector<Mark> trail{person.there, person.here, mark_of(activity)};
      auto& finding = ledger.follow(Rule::TwoPlaces, person_and_day(seen), trail);
      finding.score = settings_.two_places;
      finding.why = activity.actor + " acted at " + person.device + " and at " + activity.device +
                    " by turns, " + span_text(finding);
    }
    person.device_before = person.device;
    person.there = person.here;
    person.device = activity.device;
    person.here = mark_of(activity);
  }

 private:
  struct Person {
    std::string device, device_before;
    Mark here, there;  // the last act at each
  };
  const AlertSettings& settings_;
  Recent<std::string, Person> people_{kMostPeople};
};

}  // namespace

std::unique_ptr<Watch> out_of_hours(const AlertSettings& settings) {
  return std::make_unique<OutOfHours>(settings);
}
std::unique_ptr<Watch> after_the_end(const AlertSettings& settings) {
  return std::make_unique<AfterTheEnd>(settings);
}
std::unique_ptr<Watch> burst_of_refusals(const AlertSettings& settings) {
  return std::make_unique<BurstOfRefusals>(settings);
}
std::unique_ptr<Watch> dormant_account(const AlertSettings& settings) {
  return std::make_unique<DormantAccount>(settings);
}
std::unique_ptr<Watch> two_places(const AlertSettings& settings) {
  return std::make_unique<TwoPlaces>(settings);
}

}  // namespace hub::alerts
