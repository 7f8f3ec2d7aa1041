// The part of a KeyRuns index that is not sorted yet: a row for what one job appended, with a map
// in memory so that a look-up does not scan them.
//
// The map is shared by connections that see different snapshots, so it only proposes: what it
// proposes is looked up in the table. It must not miss anything: chunks are numbered in rising
// order and no number is used twice in a process, so whatever a snapshot has above the last number
// taken in is new; what lies at or below the first number still held is scanned.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/storage/connection.h"
#include "core/storage/run_entry.h"

namespace hub::storage {

class KeyRunTail {
 public:
  explicit KeyRunTail(std::int64_t index) : index_(index) {}

  // Whole chunks, the oldest first.
  struct Oldest {
    std::vector<RunEntry> entries;
    std::int64_t last_chunk = 0;
  };

  void append(Connection& connection, std::span<const RunEntry> entries);
  void erase(Connection& connection, const RunEntry& entry);
  void erase_rows(Connection& connection, const std::set<std::int64_t>& rows) const;
  // Of each key, the rows that this connection's snapshot has.
  [[nodiscard]] std::vector<std::vector<std::int64_t>> find(Connection& connection,
                                                            std::span<const RunKey> keys);
  // About `most` entries; nothing when there are fewer than `least`.
  [[nodiscard]] Oldest oldest(Connection& connection, std::size_t least, std::size_t most) const;
  void remove_through(Connection& connection, std::int64_t chunk) const;

 private:
  struct KeyHash {
    std::size_t operator()(const RunKey& key) const;
  };
  struct Place {
    std::int64_t chunk;
    std::int64_t row;
  };

  // Where the map and this snapshot have the entries of each key; of one row only, when it is
  // given.
  [[nodiscard]] std::vector<std::vector<Place>> places(
      Connection& connection, std::span<const RunKey> keys,
      std::optional<std::int64_t> row = std::nullopt);
  // Takes out what this snapshot does not have.
  void keep_held(Connection& connection, const RunKey& key, std::vector<Place>& places) const;
  void take_in(Connection& connection, std::int64_t least, std::int64_t most);
  void forget_below(std::int64_t chunk);
  [[nodiscard]] std::vector<RunEntry> chunk(Connection& connection, std::int64_t number) const;
  void keep_chunk(Connection& connection, std::int64_t number,
                  const std::vector<RunEntry>& left) const;
  void scan(Connection& connection, std::span<const RunKey> keys, std::int64_t through,
            std::vector<std::vector<Place>>& out) const;

  const std::int64_t index_;

  std::mutex mutex_;
  std::int64_t last_number_ = -1;  // given out; -1: not yet asked for
  std::int64_t forgotten_ = 0;     // the map holds chunks in (forgotten_, taken_]
  std::int64_t taken_ = 0;
  std::unordered_multimap<RunKey, Place, KeyHash> map_;
};

}  // namespace hub::storage
