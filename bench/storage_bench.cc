// How fast a store commits, looks keys up and opens (docs: performance figures in ratios only).
#include <benchmark/benchmark.h>
#include <fcntl.h>

#include <array>
#include <filesystem>
#include <future>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "audit/log/log.h"
#include "audit/log/verify_log.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/storage/key_runs.h"
#include "core/storage/start_check.h"
#include "core/storage/store.h"

namespace hub {
namespace {

using storage::Connection;
using storage::RunKey;
using storage::Store;

const std::vector<storage::Migration>& migrations() {
  static const std::vector<storage::Migration> all{
      {1, "CREATE TABLE item (number INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT"},
      {2, audit::kLogTables},
      {3, storage::kKeyRunsTables}};
  return all;
}

// A store in a folder of its own, with its log.
class Bench {
 public:
  Bench() : key_(crypto::StoreKey::random()), log_("example.com/bench", "bench", clock_) {
    std::string name = "storage-bench-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw_errno("make the folder", name);
    folder_ = name;
    options_.file = folder_ / "store";
    options_.migrations = migrations();
    Store::create(options_, key_);
    store_ = std::make_unique<Store>(options_, key_, &log_, clock_);
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  Bench(Bench&&) = delete;
  Bench& operator=(Bench&&) = delete;
  ~Bench() {
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  Store& store() { return *store_; }
  audit::Log& log() { return log_; }
  void close() { store_.reset(); }
  [[nodiscard]] const std::filesystem::path& file() const { return options_.file; }
  [[nodiscard]] const crypto::StoreKey& key() const { return key_; }

 private:
  SystemClock clock_;
  crypto::StoreKey key_;
  audit::Log log_;
  std::filesystem::path folder_;
  storage::StoreOptions options_;
  std::unique_ptr<Store> store_;
};

// Rows of 1 KiB, so many in a commit.
void commits(benchmark::State& state) {
  Bench bench;
  const Buffer body(1024, 0x5a);
  const auto batch = state.range(0);
  for (auto _ : state) {
    const bool ok = bench.store().commit([&](Connection& c) {
      for (std::int64_t i = 0; i < batch; ++i) {
        c.run("INSERT INTO item (body) VALUES (?)", body);
      }
    });
    if (!ok) state.SkipWithError("a commit failed");
  }
  state.SetItemsProcessed(state.iterations() * batch);
}
BENCHMARK(commits)->Arg(1)->Arg(16)->Arg(256)->Arg(1024)->UseRealTime();

// The same with jobs of one row that share commits as they come.
void shared_commits(benchmark::State& state) {
  Bench bench;
  const Buffer body(1024, 0x5a);
  for (auto _ : state) {
    bench.store().submit(
        {.act = [&](Connection& c) { c.run("INSERT INTO item (body) VALUES (?)", body); }});
  }
  bench.close();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(shared_commits)->UseRealTime();

void appends(benchmark::State& state) {
  Bench bench;
  const auto batch = state.range(0);
  audit::Entry entry;
  entry.act = "disclosure";
  entry.outcome = "permitted";
  entry.record_type = "vru.referral";
  entry.sender = "E09000007";
  entry.recipient = "E09000003";
  entry.envelopes.resize(8);
  const audit::Detail detail{"user-7", {Uuid{{1}}}, ""};
  for (auto _ : state) {
    const bool ok = bench.store().commit([&](Connection& c) {
      for (std::int64_t i = 0; i < batch; ++i) bench.log().append(c, entry, detail);
    });
    if (!ok) state.SkipWithError("a commit failed");
  }
  state.SetItemsProcessed(state.iterations() * batch);
}
BENCHMARK(appends)->Arg(1)->Arg(256)->UseRealTime();

constexpr std::uint64_t kLongLog = 1'000'000;

// A log of kLongLog entries, filled once for those that read it.
Bench& long_log() {
  static const auto filled = [] {
    auto bench = std::make_unique<Bench>();
    audit::Entry entry;
    entry.act = "consultation";
    entry.outcome = "record-shown";
    const audit::Detail detail{"user-7", {Uuid{{1}}}, ""};
    while (bench->log().head().size < kLongLog) {
      const bool ok = bench->store().commit([&](Connection& c) {
        for (int i = 0; i < 1000; ++i) bench->log().append(c, entry, detail);
      });
      if (!ok) throw EnvError("a commit failed");
    }
    return bench;
  }();
  return *filled;
}

void inclusion_proofs(benchmark::State& state) {
  auto& bench = long_log();
  std::mt19937_64 random(1);
  bench.store().read([&](Connection& c) {
    for (auto _ : state) {
      benchmark::DoNotOptimize(audit::Log::inclusion(c, random() % kLongLog, kLongLog));
    }
    return 0;
  });
}
BENCHMARK(inclusion_proofs);

void verifies_a_million(benchmark::State& state) {
  auto& bench = long_log();
  const crypto::NoteVerifier key("example.com/bench", {});
  for (auto _ : state) {
    const auto report = bench.store().read([&](Connection& c) {
      return audit::verify_log(c, {bench.log().head(), key, std::nullopt});
    });
    // Nobody has signed this log, and that is all there is to find.
    if (report.findings.size() > 1) state.SkipWithError("the log is not sound");
  }
}
BENCHMARK(verifies_a_million)->Iterations(1)->Unit(benchmark::kSecond)->UseRealTime();

RunKey random_key(std::mt19937_64& random) {
  RunKey out{};
  for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
  return out;
}

// 256 keys that are not there, against 1,000,000 that are.
void absent_keys(benchmark::State& state) {
  constexpr int kStored = 1'000'000;
  constexpr int kBatch = 10'000;
  Bench bench;
  storage::KeyRuns runs(0);
  std::mt19937_64 random(1);
  for (int stored = 0; stored < kStored; stored += kBatch) {
    const bool ok = bench.store().commit([&](Connection& c) {
      std::vector<storage::RunEntry> entries;
      for (int i = 0; i < kBatch; ++i) entries.push_back({random_key(random), stored + i});
      runs.append(c, entries);
    });
    if (!ok) state.SkipWithError("a commit failed");
    while (runs.tend(bench.store(), 1000)) {
    }
  }
  std::vector<RunKey> fresh(256);
  for (auto _ : state) {
    for (auto& key : fresh) key = random_key(random);
    bench.store().read([&](Connection& c) { benchmark::DoNotOptimize(runs.contains(c, fresh)); });
  }
  state.SetItemsProcessed(state.iterations() * 256);
}
BENCHMARK(absent_keys)->UseRealTime();

// The start-up check of a store of 100,000 pages (1.6 GB, sparse: only the tags are written).
void start_check(benchmark::State& state) {
  constexpr std::uint64_t kPages = 100'000;
  Bench bench;
  bench.close();
  const auto pages = bench.file().parent_path() / "pages";
  {
    const auto file = open_file(pages, O_RDWR | O_CREAT);
    std::mt19937_64 random(1);
    Buffer tag(storage::kTagSize);
    for (std::uint64_t page = 1; page <= kPages; ++page) {
      for (auto& byte : tag) byte = static_cast<std::uint8_t>(random());
      write_at(file, page * storage::kPageSize - storage::kTagSize, tag);
    }
  }
  for (auto _ : state) {
    auto keys = storage::derive_keys(bench.key());
    storage::PageLedger ledger(std::move(keys.ledger));
    ledger.load(open_file(pages, O_RDONLY), kPages * storage::kPageSize);
    benchmark::DoNotOptimize(ledger.sum());
  }
}
BENCHMARK(start_check)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace hub

BENCHMARK_MAIN();
