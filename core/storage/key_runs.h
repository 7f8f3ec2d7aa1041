// A background index over random keys.
//
// A B-tree on random keys makes every insert touch a page of its own; over a large store that
// costs ten times the insert. So an entry (key, row) is first appended to a sequential tail, and
// the maintenance thread later moves the tail into key-sorted runs of 16,384 entries or more,
// merged in tiers of eight. Entries are stored many to a row: a chunk of the tail is what one job
// appended, a block of a run is about a page. Look-ups read the runs and the tail, so answers are
// complete at any moment; a Bloom filter for each run (10 bits a key) makes absent keys cheap.
//
// Keys are prefixes of digests: random already, so their bits serve as the filter's hashes.
// Safe to use from several threads, each with its own connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <vector>

#include "core/storage/connection.h"
#include "core/storage/run_entry.h"

namespace hub::storage {

class BloomFilter;
class KeyRunTail;
class Store;

// For the migrations of a store that uses KeyRuns; the tables serve all its indexes.
extern const char* const kKeyRunsTables;

class KeyRuns {
 public:
  // `index` (below 2^20) tells apart the indexes of one store; one object for each in a process.
  explicit KeyRuns(std::int64_t index, std::size_t entries_per_run = 16384);
  KeyRuns(const KeyRuns&) = delete;
  KeyRuns& operator=(const KeyRuns&) = delete;
  KeyRuns(KeyRuns&&) = delete;
  KeyRuns& operator=(KeyRuns&&) = delete;
  ~KeyRuns();

  // Inside a job, best all of its entries at once. The same pair twice counts as one.
  void append(Connection& connection, std::span<const RunEntry> entries);
  // Inside a job. The filters keep their bits until the next merge; the entry itself is gone.
  void erase(Connection& connection, const RunEntry& entry);
  // The same for all entries of these rows, whatever their keys: reads the whole index.
  void erase_rows(Connection& connection, const std::set<std::int64_t>& rows);

  // Rows of the key in rising order.
  [[nodiscard]] std::vector<std::int64_t> find(Connection& connection, const RunKey& key) const;
  // For each key whether it has any row.
  [[nodiscard]] std::vector<bool> contains(Connection& connection,
                                           std::span<const RunKey> keys) const;

  // Moves and merges what is due, in at most `most` jobs of a few milliseconds each, eight times as
  // many while nobody else commits; true when more is due. The first time it reads the filters, so
  // that no look-up has to. For the maintenance thread, which has other work too:
  // store.every(period, [&] { (void)runs.tend(store, 16); }).
  bool tend(Store& store, int most);
  // One such job's work, inside a job; false when nothing is due.
  [[nodiscard]] bool tend_once(Connection& connection);

 private:
  struct Run {
    std::int64_t id;
    std::int64_t tier;
    std::int64_t entries;
  };
  // A run that grows by merging others; read only once it is whole.
  struct Build {
    std::int64_t run;
    std::vector<Run> sources;
    std::unique_ptr<BloomFilter> filter;
  };

  [[nodiscard]] bool is_due(Connection& connection) const;
  [[nodiscard]] std::vector<std::int64_t> runs_to_read(Connection& connection) const;
  [[nodiscard]] std::shared_ptr<const BloomFilter> filter_of(Connection& connection,
                                                             std::int64_t run) const;
  [[nodiscard]] std::int64_t new_run(Connection& connection);

  // key_run_merge.cc
  void abandon_builds(Connection& connection) const;
  [[nodiscard]] bool delete_dead(Connection& connection) const;
  [[nodiscard]] bool continue_build(Connection& connection);
  void finish_build(Connection& connection);
  [[nodiscard]] bool move_tail(Connection& connection);
  [[nodiscard]] bool begin_build(Connection& connection);

  const std::int64_t index_;
  const std::size_t entries_per_run_;
  bool filters_read_ = false;  // of the maintenance thread
  std::unique_ptr<KeyRunTail> tail_;

  mutable std::mutex mutex_;  // over the filters
  mutable std::map<std::int64_t, std::shared_ptr<const BloomFilter>> filters_;

  // Of whoever runs jobs: the writer thread. A number is never used twice in a process, even when
  // its transaction is rolled back, so what is cached under it cannot be mistaken.
  std::int64_t last_run_ = 0;
  std::unique_ptr<Build> build_;
};

}  // namespace hub::storage
