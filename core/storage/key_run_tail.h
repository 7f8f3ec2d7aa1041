// The part of a KeyRuns index that is not sorted yet, with a map in memory so that a look-up does
// not scan it.
//
// The map is shared by connections that see different snapshots, so it only proposes: what it
// proposes is looked up in the table. It must not miss anything: entries are numbered in rising
// order and no number is used twice in a process, so whatever a snapshot has above the last number
// taken in is new; what lies at or below the first number still held is scanned.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/storage/connection.h"
#include "core/storage/key_runs.h"

namespace hub::storage {

class KeyRunTail {
 public:
  explicit KeyRunTail(std::int64_t index) : index_(index) {}

  struct Entry {
    std::int64_t number;
    RunKey key;
    std::int64_t row;
  };

  void append(Connection& connection, const RunKey& key, std::int64_t row);
  void erase(Connection& connection, const RunKey& key, std::int64_t row);
  // Of each key, the entries that this connection's snapshot has.
  [[nodiscard]] std::vector<std::vector<Entry>> find(Connection& connection,
                                                     std::span<const RunKey> keys);
  // Up to `most` entries, the oldest first; nothing when there are fewer than `least`.
  [[nodiscard]] std::vector<Entry> oldest(Connection& connection, std::size_t least,
                                          std::size_t most) const;
  void remove_through(Connection& connection, std::int64_t number) const;

 private:
  struct KeyHash {
    std::size_t operator()(const RunKey& key) const;
  };
  struct Place {
    std::int64_t number;
    std::int64_t row;
  };

  void take_in(Connection& connection, std::int64_t least, std::int64_t most);
  void forget_below(std::int64_t number);
  [[nodiscard]] bool is_there(Connection& connection, const Entry& entry) const;
  void scan(Connection& connection, std::span<const RunKey> keys, std::int64_t through,
            std::vector<std::vector<Entry>>& out) const;

  const std::int64_t index_;

  std::mutex mutex_;
  std::int64_t last_number_ = -1;  // given out; -1: not yet asked for
  std::int64_t forgotten_ = 0;     // the map holds numbers in (forgotten_, taken_]
  std::int64_t taken_ = 0;
  std::unordered_multimap<RunKey, Place, KeyHash> map_;
};

}  // namespace hub::storage
