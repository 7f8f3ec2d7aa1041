#include "audit/alerts/volume_watch.h"

#include <algorithm>
#include <deque>
#include <map>

#include "audit/alerts/baseline.h"
#include "audit/alerts/recent.h"

namespace hub::alerts {
namespace {

constexpr std::size_t kMostOwnDays = 400;
constexpr std::size_t kMostPeerDays = 20'000;
constexpr std::size_t kMostSlices = 4096;

class UnusualVolume final : public Watch {
 public:
  explicit UnusualVolume(const AlertSettings& settings) : settings_(settings) {}

  void take(const Seen& seen, Ledger& ledger) override {
    if (seen.local.day > day_) {
      close_day(ledger);
      day_ = seen.local.day;
    }
    if (!is_shown(seen.activity)) return;
    if (today_.size() >= kMostPeople && !today_.contains(seen.activity.actor)) return;
    auto& today = today_[seen.activity.actor];
    if (today.count == 0) today.peers = peers_of(seen.activity);
    today.count += std::max<std::uint64_t>(seen.activity.count, 1);
    if (today.marks.size() < kMostMarks) today.marks.push_back(mark_of(seen.activity));
    today.last = seen.activity.time;
  }

 private:
  struct Today {
    std::string peers;
    std::uint64_t count = 0;
    std::vector<Mark> marks;
    Time last;
  };

  static std::string peers_of(const Activity& activity) {
    std::string out;
    for (const auto& role : activity.roles) out += (out.empty() ? "" : " and ") + role;
    return out;
  }

  void close_day(Ledger& ledger) {
    std::map<std::string, std::vector<std::uint64_t>> at_work;
    for (const auto& [actor, today] : today_) at_work[today.peers].push_back(today.count);
    for (const auto& [actor, today] : today_) judge(actor, today, at_work[today.peers], ledger);
    for (const auto& [actor, today] : today_) {
      own_.at(actor).add(day_, today.count, settings_.baseline_days, kMostOwnDays);
      peers_.at(today.peers).add(day_, today.count, settings_.baseline_days, kMostPeerDays);
    }
    today_.clear();
  }

  void judge(const std::string& actor, const Today& today,
             const std::vector<std::uint64_t>& at_work, Ledger& ledger) {
    if (today.count < settings_.volume_floor) return;
    if (at_work.size() > settings_.least_peers_at_work &&
        today.count <= settings_.busy_day_factor * median(at_work)) {
      return;
    }
    const auto since = day_ - settings_.baseline_days;
    const auto own = own_.at(actor).counts(since);
    const auto peers = peers_.at(today.peers).counts(since);
    const bool has_own = own.size() >= settings_.least_own_days;
    unsigned score = 0;
    std::string why;
    if (has_own && today.count > settings_.volume_factor * median(own)) {
      score += settings_.above_own;
      why = "; the median of " + std::to_string(own.size()) + " days before is " +
            std::to_string(median(own));
    }
    if (peers.size() >= settings_.least_peer_days && today.count > percentile(peers, 99)) {
      score += has_own ? settings_.above_peers : settings_.newcomer_above_peers;
      why += "; 99 of 100 days of " + (today.peers.empty() ? "others" : today.peers) +
             " in the last month had at most " + std::to_string(percentile(peers, 99));
    }
    if (score > 0) write(actor, today, score, why, ledger);
  }

  void write(const std::string& actor, const Today& today, unsigned score, const std::string& why,
             Ledger& ledger) const {
    const auto key = actor + '\n' + std::to_string(day_);
    for (const auto& mark : today.marks) ledger.add(Rule::Volume, key, mark);
    auto* finding = ledger.find(Rule::Volume, key);
    if (finding == nullptr) return;
    finding->last = today.last;
    finding->count = today.count;
    finding->score = score;
    finding->why =
        actor + " opened " + counted(today.count, "record") + ' ' + span_text(*finding) + why;
  }

  const AlertSettings& settings_;
  std::int32_t day_ = -1;
  std::map<std::string, Today> today_;
  Recent<std::string, Baseline> own_{kMostPeople};
  Recent<std::string, Baseline> peers_{1000};
};

class LargeExport final : public Watch {
 public:
  explicit LargeExport(const AlertSettings& settings) : settings_(settings) {}

  void take(const Seen& seen, Ledger& ledger) override {
    const auto& activity = seen.activity;
    if (is_listed(activity)) {
      if (activity.count > settings_.list_rows) large_list(seen, ledger);
      slices(seen, ledger);
    }
    if (is_persons(activity) && activity.outcome == "log-exported") exports(seen, ledger);
  }

 private:
  struct Slice {
    Mark mark;
    std::uint64_t rows = 0;
  };
  struct Slices {
    std::deque<Slice> last_hour;
    std::uint64_t rows = 0;
  };
  struct Exports {
    std::int32_t day = -1;
    std::vector<Mark> marks;
  };

  void large_list(const Seen& seen, Ledger& ledger) const {
    auto& finding =
        ledger.add(Rule::LargeExport, person_and_day(seen) + "\nlist", mark_of(seen.activity));
    finding.amount = std::max(finding.amount, seen.activity.count);
    finding.score = settings_.large_list;
    finding.why = seen.activity.actor + " listed up to " + counted(finding.amount, "record") +
                  " at once, " + counted(finding.count, "time") + ' ' + span_text(finding) +
                  "; a list of more than " + std::to_string(settings_.list_rows) + " is unusual";
  }

  void slices(const Seen& seen, Ledger& ledger) {
    const auto& activity = seen.activity;
    auto& slices = slices_.at(activity.actor);
    const auto drop = [&] {
      slices.rows -= slices.last_hour.front().rows;
      slices.last_hour.pop_front();
    };
    while (!slices.last_hour.empty() &&
           (slices.last_hour.size() >= kMostSlices ||
            slices.last_hour.front().mark.time + std::chrono::hours(1) <= activity.time)) {
      drop();
    }
    slices.last_hour.push_back({mark_of(activity), activity.count});
    slices.rows += activity.count;
    if (slices.rows <= settings_.rows_an_hour) return;
    std::vector<Mark> trail;
    trail.reserve(slices.last_hour.size());
    for (const auto& slice : slices.last_hour) trail.push_back(slice.mark);
    auto& finding = ledger.follow(Rule::LargeExport, person_and_day(seen) + "\nslices", trail);
    finding.amount = std::max(finding.amount, slices.rows);
    finding.score = settings_.slices;
    finding.why = activity.actor + " listed " + counted(finding.amount, "record") +
                  " within an hour in slices, " + span_text(finding) + "; more than " +
                  std::to_string(settings_.rows_an_hour) + " are unusual";
  }

  void exports(const Seen& seen, Ledger& ledger) {
    auto& today = exports_.at(seen.activity.actor);
    if (today.day != seen.local.day) today = Exports{seen.local.day, {}};
    if (today.marks.size() >= kMostSlices) return;
    today.marks.push_back(mark_of(seen.activity));
    if (today.marks.size() < settings_.exports_a_day) return;
    auto& finding =
        ledger.follow(Rule::LargeExport, person_and_day(seen) + "\nexports", today.marks);
    finding.score = settings_.many_exports;
    finding.why = seen.activity.actor + " exported the log " + counted(finding.count, "time") +
                  ' ' + span_text(finding);
  }

  const AlertSettings& settings_;
  Recent<std::string, Slices> slices_{kMostPeople};
  Recent<std::string, Exports> exports_{kMostPeople};
};

}  // namespace

std::unique_ptr<Watch> unusual_volume(const AlertSettings& settings) {
  return std::make_unique<UnusualVolume>(settings);
}
std::unique_ptr<Watch> large_export(const AlertSettings& settings) {
  return std::make_unique<LargeExport>(settings);
}

}  // namespace hub::alerts
