#include "core/storage/key_runs.h"

#include <algorithm>
#include <limits>

#include "core/base/result.h"
#include "core/storage/bloom_filter.h"
#include "core/storage/key_run_tail.h"
#include "core/storage/store_error.h"

namespace hub::storage {
namespace {

// A run's number carries its index in the upper bits, so runs of all indexes share one table.
constexpr unsigned kRunBits = 40;
constexpr std::int64_t kMostIndexes = std::int64_t{1} << 20U;

// What is left of a block after entries were taken out of it.
void keep_block(Connection& connection, std::int64_t block, const std::vector<RunEntry>& left) {
  if (left.empty()) {
    connection.run("DELETE FROM key_run_block WHERE id = ?", block);
  } else {
    connection.run("UPDATE key_run_block SET first = ?, entries = ? WHERE id = ?",
                   pack(left.front()), pack(left), block);
  }
}

// The entry can only be in the last block that does not begin behind it.
void erase_from_run(Connection& connection, std::int64_t run, const RunEntry& entry) {
  std::int64_t block = 0;
  std::vector<RunEntry> left;
  {
    auto row = connection.prepare(
        "SELECT id, entries FROM key_run_block WHERE run = ? AND first <= ?"
        " ORDER BY first DESC LIMIT 1");
    const auto packed = pack(entry);
    row.bind(1, run).bind(2, Bytes(packed));
    if (!row.step()) return;
    block = row.int64(0);
    left = PackedEntries(row.bytes(1)).all();
  }
  if (std::erase(left, entry) > 0) keep_block(connection, block, left);
}

// Rows of a key, from the last block that may hold it to the first; `found` says whether to go on.
// A key with many rows may lie in several blocks.
template <class Found>
void look_in_run(Statement& blocks, std::int64_t run, const RunKey& key, const Found& found) {
  const auto behind = pack(RunEntry{key, std::numeric_limits<std::int64_t>::max()});
  blocks.bind(1, run).bind(2, Bytes(behind));
  while (blocks.step()) {
    const PackedEntries block(blocks.bytes(0));
    for (auto at = block.lower_bound({key, 0}); at < block.size() && block[at].key == key; ++at) {
      if (!found(block[at].row)) return blocks.reset();
    }
    if (block.size() > 0 && block[0].key < key) return blocks.reset();
  }
  blocks.reset();
}

constexpr Sql kBlocksBefore =
    "SELECT entries FROM key_run_block WHERE run = ? AND first <= ? ORDER BY first DESC";

}  // namespace

// state: 0 being built, 1 read by look-ups, 2 dead.
const char* const kKeyRunsTables =
    "CREATE TABLE key_run_tail (idx INTEGER NOT NULL, number INTEGER NOT NULL,"
    " entries BLOB NOT NULL, PRIMARY KEY (idx, number)) STRICT;"
    "CREATE TABLE key_run (run INTEGER PRIMARY KEY, idx INTEGER NOT NULL, tier INTEGER NOT NULL,"
    " state INTEGER NOT NULL, entries INTEGER NOT NULL, filter BLOB) STRICT;"
    "CREATE TABLE key_run_block (id INTEGER PRIMARY KEY, run INTEGER NOT NULL,"
    " first BLOB NOT NULL, entries BLOB NOT NULL) STRICT;"
    "CREATE INDEX key_run_block_place ON key_run_block (run, first);";

KeyRuns::KeyRuns(std::int64_t index, std::size_t entries_per_run)
    : index_(index), entries_per_run_(entries_per_run), tail_(std::make_unique<KeyRunTail>(index)) {
  require(index >= 0 && index < kMostIndexes, "an index of key runs has a number below 2^20");
}

KeyRuns::~KeyRuns() = default;

void KeyRuns::append(Connection& connection, std::span<const RunEntry> entries) {
  tail_->append(connection, entries);
}

void KeyRuns::erase(Connection& connection, const RunEntry& entry) {
  tail_->erase(connection, entry);
  std::vector<std::int64_t> runs;
  {
    // Those being built and those dead but not yet deleted hold copies too; they have no filter.
    auto rows = connection.prepare("SELECT run, filter IS NULL FROM key_run WHERE run >> 40 = ?");
    rows.bind(1, index_);
    while (rows.step()) {
      if (rows.int64(1) != 0 || filter_of(connection, rows.int64(0))->may_hold(entry.key)) {
        runs.push_back(rows.int64(0));
      }
    }
  }
  for (const auto run : runs) erase_from_run(connection, run, entry);
}

void KeyRuns::erase_rows(Connection& connection, const std::set<std::int64_t>& rows) {
  tail_->erase_rows(connection, rows);
  std::int64_t last = 0;
  while (true) {
    std::vector<RunEntry> left;
    std::size_t gone = 0;
    {
      auto block = connection.prepare(
          "SELECT id, entries FROM key_run_block WHERE id > ? AND run >> 40 = ? ORDER BY id LIMIT "
          "1");
      block.bind(1, last).bind(2, index_);
      if (!block.step()) return;
      last = block.int64(0);
      left = PackedEntries(block.bytes(1)).all();
      gone = std::erase_if(left, [&](const RunEntry& entry) { return rows.contains(entry.row); });
    }
    if (gone > 0) keep_block(connection, last, left);
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
  const auto in_tail = tail_->find(connection, std::span(&key, 1));
  auto out = in_tail.front();
  auto blocks = connection.prepare(kBlocksBefore);
  for (const auto run : runs_to_read(connection)) {
    if (!filter_of(connection, run)->may_hold(key)) continue;
    look_in_run(blocks, run, key, [&](std::int64_t row) {
      out.push_back(row);
      return true;
    });
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
  auto blocks = connection.prepare(kBlocksBefore);
  for (const auto run : runs_to_read(connection)) {
    const auto filter = filter_of(connection, run);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (out[i] || !filter->may_hold(keys[i])) continue;
      look_in_run(blocks, run, keys[i], [&](std::int64_t) {
        out[i] = true;
        return false;
      });
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
