// How fast an audit log takes entries and proves them. Budgets on two cores: 50,000 entries a
// second in commits of 256, 5,000 a second where each is a caller's own commit, and 50 us for an
// inclusion proof in a log of 1,000,000.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include "audit/log/verify_log.h"
#include "bench/bench_store.h"
#include "bench/processor_time.h"

namespace hub {
namespace {

using storage::Connection;

audit::Entry disclosure() {
  audit::Entry out;
  out.act = "disclosure";
  out.outcome = "permitted";
  out.record_type = "vru.referral";
  out.sender = "E09000007";
  out.recipient = "E09000003";
  out.envelopes.resize(8);
  return out;
}

const audit::Detail& some_detail() {
  static const audit::Detail detail = [] {
    auto out = audit::detail_by("user-7");
    out.record_ids = {Uuid{{1}}};
    return out;
  }();
  return detail;
}

// So many entries in one commit, one commit after the other.
void appends(benchmark::State& state) {
  BenchStore bench;
  const auto batch = state.range(0);
  const auto entry = disclosure();
  for (auto _ : state) {
    const bool ok = bench.store().commit([&](Connection& c) {
      for (std::int64_t i = 0; i < batch; ++i) bench.log().append(c, entry, some_detail());
    });
    if (!ok) state.SkipWithError("a commit failed");
  }
  state.SetItemsProcessed(state.iterations() * batch);
}
BENCHMARK(appends)->Arg(256)->UseRealTime();

constexpr int kEach = 64;  // entries of a caller

// So many callers at once, each of whom appends one entry, waits until it is on the disk, and
// appends the next. With one caller this is the disk's own time, twice: log and head file.
void appends_one_by_one(benchmark::State& state) {
  BenchStore bench;
  const auto callers = state.range(0);
  const auto entry = disclosure();
  const auto act = [&](Connection& c) { bench.log().append(c, entry, some_detail()); };
  std::atomic<bool> failed = false;
  const auto processor = processor_time();
  for (auto _ : state) {
    std::vector<std::thread> threads;
    threads.reserve(static_cast<std::size_t>(callers));
    for (std::int64_t i = 0; i < callers; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < kEach; ++n) failed = failed || !bench.store().commit(act);
      });
    }
    for (auto& thread : threads) thread.join();
  }
  if (failed) state.SkipWithError("a commit failed");
  const auto entries = static_cast<double>(state.iterations() * callers * kEach);
  state.SetItemsProcessed(state.iterations() * callers * kEach);
  state.counters["entries_per_commit"] =
      entries / static_cast<double>(bench.store().status().commits);
  state.counters["processor_us_each"] = (processor_time() - processor).count() / entries * 1e6;
}
BENCHMARK(appends_one_by_one)->Arg(1)->Arg(16)->Arg(64)->UseRealTime();

constexpr std::uint64_t kLongLog = 1'000'000;

// A log of kLongLog entries, filled once for those that read it.
BenchStore& long_log() {
  static const auto filled = [] {
    auto bench = std::make_unique<BenchStore>();
    audit::Entry entry;
    entry.act = "consultation";
    entry.outcome = "record-shown";
    while (bench->log().head().size < kLongLog) {
      const bool ok = bench->store().commit([&](Connection& c) {
        for (int i = 0; i < 1000; ++i) bench->log().append(c, entry, some_detail());
      });
      if (!ok) throw EnvError("a commit failed");
    }
    return bench;
  }();
  return *filled;
}

// Each for an entry of another full tile, none of which has been read since the start: what a
// proof costs that has to fetch its tile out of the store.
void inclusion_proofs_of_cold_tiles(benchmark::State& state) {
  auto& bench = long_log();
  bench.open();
  std::mt19937_64 random(1);
  std::vector<std::uint64_t> tiles(kLongLog / audit::kTileWidth);
  std::iota(tiles.begin(), tiles.end(), 0);
  std::ranges::shuffle(tiles, random);
  bench.store().read([&](Connection& c) {
    std::size_t next = 0;
    for (auto _ : state) {
      const auto index = tiles.at(next++) * audit::kTileWidth + random() % audit::kTileWidth;
      benchmark::DoNotOptimize(bench.log().inclusion(c, index, kLongLog));
    }
    return 0;
  });
}
BENCHMARK(inclusion_proofs_of_cold_tiles)->Iterations(3000)->Unit(benchmark::kMicrosecond);

// For entries from anywhere, when each tile has been used before.
void inclusion_proofs(benchmark::State& state) {
  auto& bench = long_log();
  std::mt19937_64 random(1);
  bench.store().read([&](Connection& c) {
    for (std::uint64_t index = 0; index < kLongLog; index += audit::kTileWidth) {
      benchmark::DoNotOptimize(bench.log().inclusion(c, index, kLongLog));
    }
    for (auto _ : state) {
      benchmark::DoNotOptimize(bench.log().inclusion(c, random() % kLongLog, kLongLog));
    }
    return 0;
  });
}
BENCHMARK(inclusion_proofs)->Unit(benchmark::kMicrosecond);

// From a size within the last 10,000 entries, as a witness asks.
void consistency_proofs(benchmark::State& state) {
  auto& bench = long_log();
  std::mt19937_64 random(1);
  bench.store().read([&](Connection& c) {
    for (auto _ : state) {
      const auto old_size = kLongLog - 1 - random() % 10'000;
      benchmark::DoNotOptimize(bench.log().consistency(c, old_size, kLongLog));
    }
    return 0;
  });
}
BENCHMARK(consistency_proofs)->Unit(benchmark::kMicrosecond);

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

}  // namespace
}  // namespace hub

BENCHMARK_MAIN();
