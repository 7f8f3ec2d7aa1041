// What auditing costs an exchange of records, in processor time, with an agent's own parts in one
// process. Budgets on two cores: a witnessing round of 34 logs within 1 s, and at most a quarter of
// an exchange spent on audit entries.
#include <benchmark/benchmark.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/tables.h"
#include "agent/witness_desk.h"
#include "audit/log/checkpointer.h"
#include "audit/log/witness_round.h"
#include "bench/bench_store.h"
#include "bench/processor_time.h"
#include "tests/exchange/hub_fixture.h"

namespace hub::exchange {
namespace {

using storage::Connection;

constexpr int kAuthorities = 33;
constexpr int kGrowth = 100;  // entries of each log between two rounds

std::vector<std::string> codes() {
  std::vector<std::string> out;
  for (int i = 1; i <= kAuthorities; ++i) {
    out.push_back((i < 10 ? "E0900000" : "E090000") + std::to_string(i));
  }
  return out;
}

void append_some(audit::Log& log, Connection& store) {
  audit::Entry entry;
  entry.act = "disclosure";
  for (int i = 0; i < kGrowth; ++i) log.append(store, entry, {});
}

// A log that has itself witnessed; the broker's, where it is not a borough's.
struct WitnessedLog {
  WitnessedLog(TestHub& hub, std::string of, audit::Log& its_log, storage::Store& its_store,
               const std::filesystem::path& folder, std::vector<schemas::WitnessRequest>& requests)
      : party(std::move(of)),
        log(its_log),
        store(its_store),
        file(folder / "checkpoint"),
        checkpointer(store.read([&](Connection& c) {
          return std::make_unique<audit::Checkpointer>(log, hub.secrets(party).log, file, hub.clock,
                                                       c);
        })),
        round({store, log,
               crypto::NoteVerifier(log.origin(), hub.secrets(party).log.verify_key().bytes), file,
               hub.clock,
               [this, &requests](const std::string& witness, std::string body) {
                 requests.push_back({party, witness, std::move(body)});
               },
               [](const std::function<void()>& work) { work(); }, [](bool) {}}) {}

  bool grow() {
    return store.commit([this](Connection& c) { append_some(log, c); }) && checkpointer->sign();
  }

  std::string party;
  audit::Log& log;
  storage::Store& store;
  std::filesystem::path file;
  std::unique_ptr<audit::Checkpointer> checkpointer;
  audit::WitnessRound round;
};

// 33 authorities with their stores and desks, the broker's log, and what they say to each other.
class Hub {
 public:
  Hub() {
    for (const auto& code : codes()) {
      auto& borough = *boroughs_.emplace(code, std::make_unique<Borough>(hub_, code)).first->second;
      desks_.emplace(
          code, std::make_unique<agent::WitnessDesk>(code, borough.secrets.witness, borough.log,
                                                     borough.folder.path() / "forks"));
      add(code, borough.log, *borough.store, borough.folder.path());
    }
    storage::StoreOptions options;
    options.file = folder_.path() / "broker.db";
    options.migrations = kBenchMigrations;
    const auto key = crypto::StoreKey::random();
    storage::Store::create(options, key);
    broker_store_ = std::make_unique<storage::Store>(options, key, &broker_log_, hub_.clock);
    add("broker", broker_log_, *broker_store_, folder_.path());
  }

  [[nodiscard]] std::size_t logs() const { return logs_.size(); }

  bool grow() {
    hub_.clock.advance(std::chrono::minutes(1));
    return std::ranges::all_of(logs_, [](auto& log) { return log.second->grow(); });
  }

  // Each log asks all witnesses; each witness answers all that lies there in one commit, as the
  // jobs of an agent's store share one. How many cosigned.
  std::size_t round() {
    for (auto& [party, log] : logs_) {
      log->round.begin(hub_.parties()->witnesses(party), std::chrono::minutes(3));
    }
    std::map<std::string, std::vector<schemas::WitnessRequest>> mail;
    for (auto& request : std::exchange(requests_, {})) {
      mail[request.witness].push_back(std::move(request));
    }
    std::size_t cosigned = 0;
    for (const auto& [witness, requests] : mail) {
      for (const auto& answer : answers(witness, requests)) {
        (void)logs_.at(answer.log)->round.answered(answer.witness, answer.status, answer.body);
        if (answer.status == 200) ++cosigned;
      }
    }
    return cosigned;
  }

  [[nodiscard]] bool all_have_a_quorum() const {
    return std::ranges::all_of(logs_, [](const auto& log) {
      return log.second->round.standing().size == log.second->log.head().size;
    });
  }

 private:
  void add(const std::string& party, audit::Log& log, storage::Store& store,
           const std::filesystem::path& folder) {
    logs_.emplace(party,
                  std::make_unique<WitnessedLog>(hub_, party, log, store, folder, requests_));
  }
  std::vector<schemas::WitnessAnswer> answers(
      const std::string& witness, const std::vector<schemas::WitnessRequest>& requests) {
    std::vector<schemas::WitnessAnswer> out;
    const bool kept = boroughs_.at(witness)->store->commit([&](Connection& c) {
      for (const auto& request : requests) {
        out.push_back(
            desks_.at(witness)->answer(c, *hub_.parties(), request, hub_.clock.now()).answer);
      }
    });
    if (!kept) out.clear();
    return out;
  }

  TestHub hub_{codes()};
  std::map<std::string, std::unique_ptr<Borough>> boroughs_;
  std::map<std::string, std::unique_ptr<agent::WitnessDesk>> desks_;
  Folder folder_;
  audit::Log broker_log_{std::string(kHub) + "/audit/broker", "broker", hub_.clock,
                         audit::search_key_of(crypto::StoreKey::random())};
  std::unique_ptr<storage::Store> broker_store_;
  std::vector<schemas::WitnessRequest> requests_;
  std::map<std::string, std::unique_ptr<WitnessedLog>> logs_;
};

// All logs of a hub once, each by all of its witnesses, every one of which verifies and cosigns.
void witnessing_round(benchmark::State& state) {
  Hub hub;
  std::size_t cosigned = 0;
  for (auto _ : state) {
    if (!hub.grow()) state.SkipWithError("a log did not grow");
    const auto begun = processor_time();
    cosigned += hub.round();
    state.SetIterationTime((processor_time() - begun).count());
    if (!hub.all_have_a_quorum()) state.SkipWithError("a log has no quorum");
  }
  state.counters["logs"] = static_cast<double>(hub.logs());
  state.counters["cosignatures"] =
      static_cast<double>(cosigned) / static_cast<double>(state.iterations());
}
BENCHMARK(witnessing_round)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(10);

constexpr int kReplays = 10;  // of all entries, so that so short a time can be told

// The entries of a party's log, each the only one of its commit.
std::vector<std::pair<audit::Entry, audit::Detail>> entries_of(Borough& borough) {
  const auto stored =
      borough.store->read([](Connection& c) { return audit::Log::entries(c, 0, 1'000'000); });
  std::vector<std::pair<audit::Entry, audit::Detail>> out;
  out.reserve(stored.size());
  for (const auto& entry : stored) {
    out.emplace_back(promised(audit::parse_leaf(entry.leaf), "a log's leaves are leaves").entry,
                     entry.detail.value_or(audit::Detail{}));
  }
  return out;
}

// Processor seconds for committing one row after the other kReplays times, with such an entry each
// or without.
double seconds_of_commits(const std::vector<std::pair<audit::Entry, audit::Detail>>& entries,
                          bool with_entries) {
  BenchStore bench;
  const Buffer body(64, 0x5a);
  const auto begun = processor_time();
  for (int replay = 0; replay < kReplays; ++replay) {
    for (const auto& [entry, detail] : entries) {
      (void)bench.store().commit([&](Connection& c) {
        c.run("INSERT INTO item (body) VALUES (?)", body);
        if (with_entries) bench.log().append(c, entry, detail);
      });
    }
  }
  return (processor_time() - begun).count();
}

// As Borough::receive, which makes a snapshot each time.
agent::Inbox::Taken receive(Borough& recipient,
                            const std::shared_ptr<const agent::Snapshot>& snapshot,
                            const schemas::SharedBytes& slice) {
  const auto now = recipient.hub.clock.now();
  const auto opened = promised(recipient.opener.open(snapshot, slice, now), "a sound slice opens");
  agent::Inbox::Taken out;
  recipient.commit([&](Connection& c) { out = recipient.inbox.take(c, opened, now); });
  return out;
}

// Batches of so many records sealed, sent, opened, kept and receipted between two stores; then the
// very entries that this has left in both logs, appended once more. The share is an upper bound:
// policy, transport and the broker, which take their time too, are left out.
void audit_share_of_an_exchange(benchmark::State& state) {
  const auto size = static_cast<int>(state.range(0));
  const auto batches = static_cast<int>(state.range(1));
  for (auto _ : state) {
    TestHub hub;
    Borough sender(hub, kCamden);
    Borough recipient(hub, kHackney);
    sender.learn_keys_of(recipient);
    const auto snapshot = hub.agent_snapshot();
    double exchange = 0;
    for (int batch = 0; batch < batches; ++batch) {
      auto records = sender.notices(kHackney, size);
      const auto begun = processor_time();
      for (const auto& slice : sender.send(std::move(records))) {
        const auto taken = receive(recipient, snapshot, slice.bytes);
        if (!sender.take_receipts(taken.receipts)) state.SkipWithError("receipts were refused");
      }
      exchange += (processor_time() - begun).count();
    }
    auto entries = entries_of(sender);
    const auto received = entries_of(recipient);
    entries.insert(entries.end(), received.begin(), received.end());
    const auto without = seconds_of_commits(entries, false);
    const auto auditing = (seconds_of_commits(entries, true) - without) / kReplays;
    state.SetIterationTime(exchange);
    const auto records = static_cast<double>(size) * batches;
    state.counters["entries"] = static_cast<double>(entries.size());
    state.counters["exchange_us_a_record"] = exchange / records * 1e6;
    state.counters["audit_us_a_record"] = auditing / records * 1e6;
    state.counters["audit_percent"] = auditing / exchange * 100;
  }
}
BENCHMARK(audit_share_of_an_exchange)
    ->ArgNames({"records", "batches"})
    ->Args({256, 40})
    ->Args({1, 300})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);

}  // namespace
}  // namespace hub::exchange
