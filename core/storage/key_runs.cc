#include "core/storage/key_runs.h"

#include <algorithm>

#include "core/base/result.h"
#include "core/storage/bloom_filter.h"
#include "core/storage/key_run_tail.h"
#include "core/storage/store_error.h"

namespace hub::storage {
namespace {

// A run's number carries its index in the upper bits, so runs of all indexes share one table.
constexpr unsigned kRunBits = 40;
constexpr std::int64_t kMostIndexes = std::int64_t{1} << 20U;

}  // namespace

// state: 0 being built, 1 read by look-ups, 2 dead.
const char* const kKeyRunsTables =
    "CREATE TABLE key_run_tail (idx INTEGER NOT NULL, number INTEGER NOT NULL,"
    " key BLOB NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (idx, number)) WITHOUT ROWID, STRICT;"
    "CREATE TABLE key_run (run INTEGER PRIMARY KEY, idx INTEGER NOT NULL, tier INTEGER NOT NULL,"
    " state INTEGER NOT NULL, entries INTEGER NOT NULL, filter BLOB) STRICT;"
    "CREATE TABLE key_run_entry (run INTEGER NOT NULL, key BLOB NOT NULL, row INTEGER NOT NULL,"
    " PRIMARY KEY (run, key, row)) WITHOUT ROWID, STRICT;";

KeyRuns::KeyRuns(std::int64_t index, std::size_t entries_per_run)
    : index_(index), entries_per_run_(entries_per_run), tail_(std::make_unique<KeyRunTail>(index)) {
  require(index >= 0 && index < kMostIndexes, "an index of key runs has a number below 2^20");
}

KeyRuns::~KeyRuns() = default;

void KeyRuns::append(Connection& connection, const RunKey& key, std::int64_t row) {
  tail_->append(connection, key, row);
}

void KeyRuns::erase(Connection& connection, const RunKey& key, std::int64_t row) {
  tail_->erase(connection, key, row);
  std::vector<std::int64_t> runs;
  {
    // Those being built and those dead but not yet deleted hold copies too.
    auto rows = connection.prepare("SELECT run FROM key_run WHERE run >> 40 = ?");
    rows.bind(1, index_);
    while (rows.step()) runs.push_back(rows.int64(0));
  }
  for (const auto run : runs) {
    connection.run("DELETE FROM key_run_entry WHERE run = ? AND key = ? AND row = ?", run, key,
                   row);
  }
}

std::vector<std::int64_t> KeyRuns::runs_to_read(Connection& connection) const {
  std::vector<std::int64_t> out;
  auto rows = connection.prepare("SELECT run FROM key_run WHERE idx = ? AND state = 1");
  rows.bind(1, index_);
  while (rows.step()) out.push_back(rows.int64(0));
  return out;
}

std::shared_ptr<const BloomFilter> KeyRuns::filter_of(Connection& connection,
                                                      std::int64_t run) const {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = filters_.find(run);
    if (found != filters_.end()) return found->second;
  }
  auto row = connection.prepare("SELECT filter FROM key_run WHERE run = ?");
  row.bind(1, run);
  auto filter = row.step() ? BloomFilter::from(row.bytes(0)) : std::nullopt;
  if (!filter) {
    throw StoreError(StoreFault::Damaged, connection.file().string() +
                                              ": an index run has no filter; this is an error of "
                                              "the program: report it");
  }
  auto shared = std::make_shared<const BloomFilter>(std::move(*filter));
  const std::scoped_lock lock(mutex_);
  filters_.emplace(run, shared);
  return shared;
}

std::vector<std::int64_t> KeyRuns::find(Connection& connection, const RunKey& key) const {
  std::vector<std::int64_t> out;
  const auto in_tail = tail_->find(connection, std::span(&key, 1));
  for (const auto& entry : in_tail.front()) out.push_back(entry.row);
  for (const auto run : runs_to_read(connection)) {
    if (!filter_of(connection, run)->may_hold(key)) continue;
    auto rows = connection.prepare("SELECT row FROM key_run_entry WHERE run = ? AND key = ?");
    rows.bind(1, run).bind(2, key);
    while (rows.step()) out.push_back(rows.int64(0));
  }
  std::ranges::sort(out);
  const auto twice = std::ranges::unique(out);
  out.erase(twice.begin(), twice.end());
  return out;
}

std::vector<bool> KeyRuns::contains(Connection& connection, std::span<const RunKey> keys) const {
  std::vector<bool> out(keys.size());
  const auto in_tail = tail_->find(connection, keys);
  for (std::size_t i = 0; i < keys.size(); ++i) out[i] = !in_tail[i].empty();
  auto entry = connection.prepare("SELECT 1 FROM key_run_entry WHERE run = ? AND key = ? LIMIT 1");
  for (const auto run : runs_to_read(connection)) {
    const auto filter = filter_of(connection, run);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (out[i] || !filter->may_hold(keys[i])) continue;
      entry.bind(1, run).bind(2, keys[i]);
      out[i] = entry.step();
      entry.reset();
    }
  }
  return out;
}

std::int64_t KeyRuns::new_run(Connection& connection) {
  if (last_run_ == 0) {
    auto last = connection.prepare("SELECT max(run) FROM key_run WHERE run >> 40 = ?");
    last.bind(1, index_);
    last_run_ = last.step() && !last.is_null(0) ? last.int64(0) : index_ << kRunBits;
  }
  return ++last_run_;
}

}  // namespace hub::storage
