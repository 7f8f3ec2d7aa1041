// How well the alert rules find misuse in a made-up year, for any seed, and how long they take.
//
//   bench_alerts [FIRST-SEED [SEEDS [SHOWN]]]
//   bench_alerts scan ENTRIES      reads so many from a store, as an agent does after its start
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "audit/alerts/engine.h"
#include "audit/log/log.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/storage/key_runs.h"
#include "core/storage/store.h"
#include "tests/audit/synthetic_year.h"

namespace {

using hub::alerts::RuleScore;

void print_line(const std::string& name, const RuleScore& score) {
  fmt::print("{:34} {:7} {:5} {:6.0f}%   {:6} {:7} {:8.0f}%\n", name, score.planted, score.found,
             100 * score.recall(), score.alerts, score.rightly, 100 * score.precision());
}

void print_year(std::uint64_t seed, std::size_t shown) {
  const auto begun = std::chrono::steady_clock::now();
  hub::alerts::Engine engine(hub::alerts::settings_of_the_year());
  const auto facts = hub::alerts::make_year(
      seed, [&](const hub::alerts::Activity& activity) { engine.take(activity); });
  const auto alerts = engine.alerts();
  const auto score = hub::alerts::score_of(facts, alerts);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  fmt::print("seed {}: {} entries, {} looks, {:.1f} s with making them\n", seed, facts.activities,
             facts.looks, took.count());
  fmt::print("{:34} {:>7} {:>5} {:>7}   {:>6} {:>7} {:>9}\n", "rule", "planted", "found", "recall",
             "alerts", "rightly", "precision");
  for (const auto& [rule, of_rule] : score.by_rule) print_line(rule, of_rule);
  print_line("all", score.all);
  for (const auto& [kind, of_kind] : score.by_kind) {
    fmt::print("  {:34} {} of {}\n", kind, of_kind.found, of_kind.planted);
  }
  fmt::print("false alerts per 10,000 looks: {:.2f}\n", score.false_alerts_per_10k_looks);
  for (std::size_t i = 0; i < std::min(shown, alerts.size()); ++i) {
    const auto& alert = alerts[i];
    fmt::print("  {} {} {:3} {}\n", alert.finding.id, number_of(alert.finding.rule), alert.score,
               alert.finding.why);
  }
  fmt::print("\n");
}

// Shows the time of the act that is written down.
class ActClock final : public hub::Clock {
 public:
  [[nodiscard]] hub::Time now() const override { return now_; }
  [[nodiscard]] hub::SteadyTime steady() const override { return {}; }
  void set(hub::Time now) { now_ = now; }

 private:
  hub::Time now_;
};

using hub::alerts::Activity;
using hub::storage::Connection;

// Made-up years in a store, one after the other, until there are so many entries.
class StoredYears {
 public:
  StoredYears()
      : key_(hub::crypto::StoreKey::random()),
        log_("example.com/bench", "bench", clock_, hub::audit::search_key_of(key_)) {
    std::string name = "alerts-bench-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) hub::throw_errno("make the folder", name);
    folder_ = name;
    hub::storage::StoreOptions options;
    options.file = folder_ / "store";
    options.migrations = migrations_;
    hub::storage::Store::create(options, key_);
    store_ = std::make_unique<hub::storage::Store>(options, key_, &log_, clock_);
  }
  StoredYears(const StoredYears&) = delete;
  StoredYears& operator=(const StoredYears&) = delete;
  StoredYears(StoredYears&&) = delete;
  StoredYears& operator=(StoredYears&&) = delete;
  ~StoredYears() {
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void fill(std::uint64_t entries) {
    for (std::uint64_t seed = 1; written_ < entries; ++seed) {
      hub::alerts::make_year(seed, [&](const Activity& activity) {
        if (written_ + waiting_.size() < entries) waiting_.push_back(activity);
        if (waiting_.size() == kCommit) write();
      });
      write();
    }
  }

  // As AlertDesk does.
  std::uint64_t scan(hub::alerts::Engine& engine) {
    std::uint64_t at = 0;
    for (;;) {
      const auto page = store_->read(
          [&](Connection& store) { return hub::audit::Log::entries(store, at, kPage); });
      if (page.empty()) return at;
      for (const auto& entry : page) {
        const auto leaf = hub::audit::parse_leaf(entry.leaf);
        if (leaf) engine.take(hub::alerts::activity_of(*leaf, entry.detail));
      }
      at += page.size();
    }
  }

 private:
  static constexpr std::size_t kCommit = 1000;
  static constexpr std::size_t kPage = 512;

  void append(Connection& store, const Activity& activity) {
    hub::audit::Entry entry;
    entry.act = activity.act;
    entry.outcome = activity.outcome;
    entry.roles = activity.roles;
    entry.record_type = activity.record_type;
    entry.sender = activity.sender;
    entry.recipient = activity.recipient;
    entry.agreement = activity.agreement;
    entry.count = activity.count;
    entry.envelopes = activity.envelopes;
    entry.policies = {"ta-view-team", "ta-view-own"};
    entry.field_groups = {"notice", "property", "contact"};
    auto detail = hub::audit::detail_by(activity.actor);
    detail.device = activity.device;
    detail.note = activity.note;
    detail.asked = activity.asked;
    detail.relations = activity.relations;
    detail.record_ids = activity.records;
    clock_.set(activity.time);
    log_.append(store, entry, detail);
  }

  void write() {
    const bool written = store_->commit([&](Connection& store) {
      for (const auto& activity : waiting_) append(store, activity);
    });
    if (!written) throw hub::EnvError("the store cannot be written");
    written_ += waiting_.size();
    waiting_.clear();
  }

  const std::vector<hub::storage::Migration> migrations_{{1, hub::audit::kLogTables},
                                                         {2, hub::storage::kKeyRunsTables}};
  ActClock clock_;
  hub::crypto::StoreKey key_;
  hub::audit::Log log_;
  std::filesystem::path folder_;
  std::unique_ptr<hub::storage::Store> store_;
  std::uint64_t written_ = 0;
  std::vector<Activity> waiting_;
};

void print_scan(std::uint64_t entries) {
  StoredYears years;
  years.fill(entries);
  const auto begun = std::chrono::steady_clock::now();
  const auto busy_before = std::clock();
  hub::alerts::Engine engine(hub::alerts::settings_of_the_year());
  const auto read = years.scan(engine);
  const auto alerts = engine.alerts().size();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  const auto busy = static_cast<double>(std::clock() - busy_before) / CLOCKS_PER_SEC;
  fmt::print(
      "{} entries read and judged in {:.1f} s, {:.1f} s of a processor, {:.1f} us each; {} "
      "alerts\n",
      read, took.count(), busy, 1e6 * busy / static_cast<double>(read), alerts);
}

std::uint64_t argument(int argc, char** argv, int at, std::uint64_t fallback) {
  return argc > at ? std::strtoull(argv[at], nullptr, 10) : fallback;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "scan") {
    print_scan(argument(argc, argv, 2, 0));
    return 0;
  }
  const auto first = argument(argc, argv, 1, 1);
  const auto seeds = argument(argc, argv, 2, 1);
  for (auto seed = first; seed < first + seeds; ++seed) {
    print_year(seed, argument(argc, argv, 3, 0));
  }
  return 0;
}
