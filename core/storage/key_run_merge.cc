// How runs come to be: the tail becomes a run of tier 0; eight runs of a tier become one of the
// next. Each step is small enough not to hold up the commits that wait behind it.
#include <algorithm>
#include <optional>
#include <utility>

#include "core/storage/bloom_filter.h"
#include "core/storage/key_run_tail.h"
#include "core/storage/key_runs.h"
#include "core/storage/store.h"

namespace hub::storage {
namespace {

constexpr std::size_t kRunsMerged = 8;
constexpr std::size_t kEntriesABlock = 640;  // 15 KiB of a 16 KiB page
constexpr std::size_t kEntriesAStep = 4 * kEntriesABlock;
constexpr int kBlocksDeletedAStep = 8;
constexpr int kTimesAsMany = 8;  // jobs while nobody else commits

// `entries` are in order and lie behind what the run has.
void write_blocks(Connection& connection, std::int64_t run, std::span<const RunEntry> entries) {
  while (!entries.empty()) {
    const auto block = entries.first(std::min(entries.size(), kEntriesABlock));
    connection.run("INSERT INTO key_run_block (run, first, entries) VALUES (?, ?, ?)", run,
                   pack(block.front()), pack(block));
    entries = entries.subspan(block.size());
  }
}

// Reads one run in order, from behind `after` on.
class RunReader {
 public:
  RunReader(Connection& connection, std::int64_t run, const std::optional<RunEntry>& after)
      : blocks_(connection.prepare(
            "SELECT entries FROM key_run_block WHERE run = ?1 AND first >= coalesce("
            "(SELECT max(first) FROM key_run_block WHERE run = ?1 AND first <= ?2), x'')"
            " ORDER BY first")) {
    const auto from = after ? pack(*after) : Buffer();
    blocks_.bind(1, run).bind(2, Bytes(from));
    next_block();
    while (after && !ended_ && current() <= *after) advance();
  }
  void advance() {
    if (++place_ == entries_.size()) next_block();
  }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] const RunEntry& current() const { return entries_[place_]; }

 private:
  void next_block() {
    place_ = 0;
    entries_.clear();
    while (!ended_ && entries_.empty()) {
      ended_ = !blocks_.step();
      if (!ended_) entries_ = PackedEntries(blocks_.bytes(0)).all();
    }
  }

  Statement blocks_;
  std::vector<RunEntry> entries_;
  std::size_t place_ = 0;
  bool ended_ = false;
};

// The next entries of all sources together, in order, each once.
std::vector<RunEntry> merged(std::vector<RunReader>& sources, std::size_t most) {
  std::vector<RunEntry> out;
  while (out.size() < most) {
    RunReader* least = nullptr;
    for (auto& source : sources) {
      if (source.ended()) continue;
      if (least == nullptr || source.current() < least->current()) least = &source;
    }
    if (least == nullptr) break;
    if (out.empty() || out.back() != least->current()) out.push_back(least->current());
    least->advance();
  }
  return out;
}

// A rolled-back step left less than was copied, an erasure perhaps less: the copy goes on from
// what is really there.
std::optional<RunEntry> last_of(Connection& connection, std::int64_t run) {
  auto row = connection.prepare(
      "SELECT entries FROM key_run_block WHERE run = ? ORDER BY first DESC LIMIT 1");
  row.bind(1, run);
  if (!row.step()) return std::nullopt;
  const PackedEntries block(row.bytes(0));
  return block.size() == 0 ? std::nullopt : std::optional(block[block.size() - 1]);
}

}  // namespace

bool KeyRuns::tend(Store& store, int most) {
  if (!std::exchange(filters_read_, true)) {
    // Whatever key is looked for, each run's filter is asked.
    store.read([this](Connection& connection) { return find(connection, RunKey{}).size(); });
  }
  // A look costs no commit; only work does.
  if (!store.read([this](Connection& connection) { return is_due(connection); })) return false;
  const auto commits = store.status().commits;
  const auto is_alone = [&](int jobs) {
    const auto now = store.status();
    return now.waiting_jobs == 0 && now.commits <= commits + static_cast<std::uint64_t>(jobs);
  };
  bool more = true;
  for (int job = 0; more && (job < most || (job < kTimesAsMany * most && is_alone(job))); ++job) {
    more = false;
    const bool committed =
        store.commit([this, &more](Connection& connection) { more = tend_once(connection); });
    if (!committed) return true;
  }
  return more;
}

bool KeyRuns::tend_once(Connection& connection) {
  if (!build_) abandon_builds(connection);
  return move_tail(connection) || continue_build(connection) || delete_dead(connection) ||
         begin_build(connection);
}

// Another process began them; their filters are lost.
void KeyRuns::abandon_builds(Connection& connection) const {
  connection.run("UPDATE key_run SET state = 2 WHERE idx = ? AND state = 0", index_);
}

bool KeyRuns::is_due(Connection& connection) const {
  {
    auto unfinished =
        connection.prepare("SELECT 1 FROM key_run WHERE idx = ? AND state <> 1 LIMIT 1");
    unfinished.bind(1, index_);
    if (unfinished.step()) return true;
  }
  auto full = connection.prepare(
      "SELECT 1 FROM key_run WHERE idx = ? AND state = 1 GROUP BY tier HAVING count(*) >= ?");
  full.bind(1, index_).bind(2, kRunsMerged);
  return full.step() ||
         !tail_->oldest(connection, entries_per_run_, entries_per_run_).entries.empty();
}

bool KeyRuns::move_tail(Connection& connection) {
  auto tail = tail_->oldest(connection, entries_per_run_, entries_per_run_);
  auto& entries = tail.entries;
  if (entries.empty()) return false;
  std::ranges::sort(entries);
  const auto twice = std::ranges::unique(entries);
  entries.erase(twice.begin(), twice.end());
  BloomFilter filter(entries.size());
  for (const auto& entry : entries) filter.add(entry.key);
  const auto run = new_run(connection);
  write_blocks(connection, run, entries);
  connection.run(
      "INSERT INTO key_run (run, idx, tier, state, entries, filter)"
      " VALUES (?, ?, 0, 1, ?, ?)",
      run, index_, entries.size(), filter.bytes());
  tail_->remove_through(connection, tail.last_chunk);
  return true;
}

bool KeyRuns::begin_build(Connection& connection) {
  std::vector<Run> sources;
  {
    auto rows = connection.prepare(
        "SELECT run, tier, entries FROM key_run WHERE idx = ?1 AND state = 1 AND tier ="
        " (SELECT tier FROM key_run WHERE idx = ?1 AND state = 1 GROUP BY tier"
        "  HAVING count(*) >= ?2 ORDER BY tier LIMIT 1) ORDER BY run LIMIT ?2");
    rows.bind(1, index_).bind(2, kRunsMerged);
    while (rows.step()) sources.push_back({rows.int64(0), rows.int64(1), rows.int64(2)});
  }
  if (sources.size() < kRunsMerged) return false;
  std::int64_t entries = 0;
  for (const auto& source : sources) entries += source.entries;
  const auto run = new_run(connection);
  connection.run("INSERT INTO key_run (run, idx, tier, state, entries) VALUES (?, ?, ?, 0, ?)", run,
                 index_, sources.front().tier + 1, entries);
  build_ = std::make_unique<Build>(Build{
      run, std::move(sources), std::make_unique<BloomFilter>(static_cast<std::size_t>(entries))});
  return true;
}

bool KeyRuns::continue_build(Connection& connection) {
  if (!build_) return false;
  {
    auto state = connection.prepare("SELECT state FROM key_run WHERE run = ?");
    state.bind(1, build_->run);
    if (!state.step() || state.int64(0) != 0) {
      build_.reset();  // finished, or its beginning was rolled back
      return true;
    }
  }
  std::vector<RunEntry> step;
  {
    const auto after = last_of(connection, build_->run);
    std::vector<RunReader> sources;
    sources.reserve(build_->sources.size());
    for (const auto& source : build_->sources) sources.emplace_back(connection, source.id, after);
    step = merged(sources, kEntriesAStep);
  }
  write_blocks(connection, build_->run, step);
  for (const auto& entry : step) build_->filter->add(entry.key);
  if (step.size() < kEntriesAStep) finish_build(connection);
  return true;
}

void KeyRuns::finish_build(Connection& connection) {
  connection.run("UPDATE key_run SET state = 1, filter = ? WHERE run = ?", build_->filter->bytes(),
                 build_->run);
  for (const auto& source : build_->sources) {
    connection.run("UPDATE key_run SET state = 2, filter = NULL WHERE run = ?", source.id);
  }
}

bool KeyRuns::delete_dead(Connection& connection) const {
  std::int64_t run = 0;
  {
    auto dead = connection.prepare("SELECT run FROM key_run WHERE idx = ? AND state = 2 LIMIT 1");
    dead.bind(1, index_);
    if (!dead.step()) return false;
    run = dead.int64(0);
  }
  connection.run(
      "DELETE FROM key_run_block WHERE id IN"
      " (SELECT id FROM key_run_block WHERE run = ? LIMIT ?)",
      run, kBlocksDeletedAStep);
  {
    auto left = connection.prepare("SELECT 1 FROM key_run_block WHERE run = ? LIMIT 1");
    left.bind(1, run);
    if (left.step()) return true;
  }
  connection.run("DELETE FROM key_run WHERE run = ?", run);
  {
    const std::scoped_lock lock(mutex_);
    filters_.erase(run);
  }
  return true;
}

}  // namespace hub::storage
