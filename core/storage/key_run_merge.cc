// How runs come to be: the tail becomes a run of tier 0; four runs of a tier become one of the
// next. Each step is small enough not to hold up the commits that wait behind it.
#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "core/storage/bloom_filter.h"
#include "core/storage/key_run_tail.h"
#include "core/storage/key_runs.h"
#include "core/storage/store.h"

namespace hub::storage {
namespace {

constexpr std::size_t kRunsMerged = 4;
constexpr std::size_t kEntriesAStep = 2048;

struct Entry {
  RunKey key{};
  std::int64_t row = 0;
  auto operator<=>(const Entry&) const = default;
};

Entry entry_from(const Statement& row) {
  Entry out;
  const auto key = row.bytes(0);
  std::copy_n(key.begin(), std::min(key.size(), out.key.size()), out.key.begin());
  out.row = row.int64(1);
  return out;
}

void insert(Connection& connection, std::int64_t run, const Entry& entry) {
  connection.run("INSERT OR IGNORE INTO key_run_entry (run, key, row) VALUES (?, ?, ?)", run,
                 entry.key, entry.row);
}

// Reads one run in order, from behind `after` on.
class RunReader {
 public:
  RunReader(Connection& connection, std::int64_t run, const std::optional<Entry>& after)
      : rows_(connection.prepare("SELECT key, row FROM key_run_entry WHERE run = ?"
                                 " AND (key, row) > (?, ?) ORDER BY key, row")) {
    const auto from = after.value_or(Entry{{}, std::numeric_limits<std::int64_t>::min()});
    rows_.bind(1, run).bind(2, from.key).bind(3, from.row);
    advance();
  }
  void advance() {
    ended_ = !rows_.step();
    if (!ended_) current_ = entry_from(rows_);
  }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] const Entry& current() const { return current_; }

 private:
  Statement rows_;
  Entry current_;
  bool ended_ = false;
};

// The next entries of all sources together, in order.
std::vector<Entry> merged(std::vector<RunReader>& sources, std::size_t most) {
  std::vector<Entry> out;
  while (out.size() < most) {
    RunReader* least = nullptr;
    for (auto& source : sources) {
      if (source.ended()) continue;
      if (least == nullptr || source.current() < least->current()) least = &source;
    }
    if (least == nullptr) break;
    out.push_back(least->current());
    least->advance();
  }
  return out;
}

// A rolled-back step left less than was copied, an erasure perhaps less: the copy goes on from
// what is really there.
std::optional<Entry> last_of(Connection& connection, std::int64_t run) {
  auto row = connection.prepare(
      "SELECT key, row FROM key_run_entry WHERE run = ? ORDER BY key DESC, row DESC LIMIT 1");
  row.bind(1, run);
  return row.step() ? std::optional(entry_from(row)) : std::nullopt;
}

}  // namespace

bool KeyRuns::tend(Store& store, int most) {
  bool more = true;
  for (int job = 0; more && job < most; ++job) {
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

bool KeyRuns::move_tail(Connection& connection) {
  auto tail = tail_->oldest(connection, entries_per_run_, entries_per_run_);
  if (tail.empty()) return false;
  const auto last = tail.back().number;
  std::vector<Entry> sorted;
  sorted.reserve(tail.size());
  BloomFilter filter(tail.size());
  for (const auto& entry : tail) {
    sorted.push_back({entry.key, entry.row});
    filter.add(entry.key);
  }
  std::ranges::sort(sorted);
  const auto run = new_run(connection);
  for (const auto& entry : sorted) insert(connection, run, entry);
  connection.run(
      "INSERT INTO key_run (run, idx, tier, state, entries, filter)"
      " VALUES (?, ?, 0, 1, ?, ?)",
      run, index_, sorted.size(), filter.bytes());
  tail_->remove_through(connection, last);
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
  std::vector<Entry> step;
  {
    const auto after = last_of(connection, build_->run);
    std::vector<RunReader> sources;
    sources.reserve(build_->sources.size());
    for (const auto& source : build_->sources) sources.emplace_back(connection, source.id, after);
    step = merged(sources, kEntriesAStep);
  }
  for (const auto& entry : step) {
    insert(connection, build_->run, entry);
    build_->filter->add(entry.key);
  }
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
  std::optional<Entry> last;
  {
    auto row = connection.prepare(
        "SELECT key, row FROM key_run_entry WHERE run = ? ORDER BY key, row LIMIT 1 OFFSET ?");
    row.bind(1, run).bind(2, kEntriesAStep);
    if (row.step()) last = entry_from(row);
  }
  if (last) {
    connection.run("DELETE FROM key_run_entry WHERE run = ? AND (key, row) <= (?, ?)", run,
                   last->key, last->row);
    return true;
  }
  connection.run("DELETE FROM key_run_entry WHERE run = ?", run);
  connection.run("DELETE FROM key_run WHERE run = ?", run);
  {
    const std::scoped_lock lock(mutex_);
    filters_.erase(run);
  }
  return true;
}

}  // namespace hub::storage
