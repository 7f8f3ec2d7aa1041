// How fast a store commits, looks keys up and opens (docs: performance figures in ratios only).
#include <benchmark/benchmark.h>
#include <fcntl.h>

#include <random>
#include <vector>

#include "bench/bench_store.h"
#include "core/base/file.h"
#include "core/storage/start_check.h"

namespace hub {
namespace {

using storage::Connection;
using storage::RunKey;

// Rows of 1 KiB, so many in a commit.
void commits(benchmark::State& state) {
  BenchStore bench;
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
  BenchStore bench;
  const Buffer body(1024, 0x5a);
  for (auto _ : state) {
    bench.store().submit(
        {.act = [&](Connection& c) { c.run("INSERT INTO item (body) VALUES (?)", body); }});
  }
  bench.close();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(shared_commits)->UseRealTime();

RunKey random_key(std::mt19937_64& random) {
  RunKey out{};
  for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
  return out;
}

// 256 keys that are not there, against 1,000,000 that are.
void absent_keys(benchmark::State& state) {
  constexpr int kStored = 1'000'000;
  constexpr int kBatch = 10'000;
  BenchStore bench;
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
  BenchStore bench;
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
