// A log whose store was put back to an older state takes what was added since back, goes on with
// the leaves that mirrors have kept, and then with what it took back.
//
// Rows are emptied and used again, never deleted: SQLite moves rows between pages when some are
// deleted, and may leave old bytes behind in the unused part of a page, out of an erasure's reach.

#include <algorithm>
#include <utility>

#include "audit/log/log.h"
#include "core/base/result.h"
#include "core/storage/store_error.h"

namespace hub::audit {
namespace {

constexpr std::size_t kEdgeCacheBytes = 1U << 20U;

std::uint64_t moved_number(std::uint64_t number, std::uint64_t from, std::uint64_t by) {
  return number < from ? number : number + by;
}

// A range of which only the end has moved becomes two.
void move_ranges(std::vector<EntryRange>& ranges, std::uint64_t from, std::uint64_t by) {
  std::vector<EntryRange> out;
  for (const auto& [first, last] : ranges) {
    if (first < from && last >= from) {
      out.emplace_back(first, from - 1);
      out.emplace_back(from + by, last + by);
    } else {
      out.emplace_back(moved_number(first, from, by), moved_number(last, from, by));
    }
  }
  ranges = std::move(out);
}

TakenBack taken_from(Connection& connection, std::uint64_t index) {
  const auto stored = Log::entries(connection, index, 1);
  auto leaf = stored.empty() ? fail(LeafError::Malformed) : parse_leaf(stored.front().leaf);
  if (!leaf || leaf->index != index) {
    throw storage::StoreError(storage::StoreFault::Damaged,
                              connection.file().string() +
                                  ": an entry of the audit log cannot be read; stop, keep the "
                                  "files as they are and run the verification");
  }
  return {std::move(*leaf), Log::items(connection, index)};
}

}  // namespace

std::vector<TakenBack> Log::take_back(Connection& connection, std::uint64_t from) {
  const auto size = edge_.frontier.size();
  require(from <= committed_.frontier.size(),
          "only entries behind a committed tree are taken back");
  search_.write(connection);
  std::vector<TakenBack> out;
  for (auto index = from; index < size; ++index) {
    out.push_back(taken_from(connection, index));
    for (const auto& item : out.back().items) search_.erase(connection, item, index);
    connection.run("UPDATE log_entry SET leaf = x'', detail = NULL WHERE idx = ?", index);
  }
  auto covered = std::uint64_t{kTileWidth};  // entries below a tile of the level
  for (std::size_t level = 0; level < edge_.open_tiles.size(); ++level, covered *= kTileWidth) {
    connection.run("DELETE FROM log_tile WHERE level = ? AND tile >= ?", level, from / covered);
  }
  // A cache of its own: whether this is committed is not known yet.
  TileCache cache(kEdgeCacheBytes);
  edge_ = edge_of(connection, from, cache);
  emptied_to_ = std::max(emptied_to_, size);
  rewritten_ = changed_ = true;
  return out;
}

Frontier Log::frontier(Connection& connection, std::uint64_t size) {
  TileCache cache(kEdgeCacheBytes);
  return edge_of(connection, size, cache).frontier;
}

void Log::insert(Connection& connection, std::span<const std::string> leaves) {
  for (const auto& leaf : leaves) {
    require(!leaf.empty() && leaf.size() <= kLargestLeaf, "a leaf has 1 to 65,535 bytes");
    put(connection, edge_.frontier.size(), leaf, {});
  }
}

std::uint64_t Log::append_again(Connection& connection, TakenBack entry, std::uint64_t from,
                                std::uint64_t by) {
  auto& leaf = entry.leaf;
  leaf.index = edge_.frontier.size();
  move_ranges(leaf.entry.erased, from, by);
  move_ranges(leaf.entry.restored, from, by);
  for (auto& place : leaf.entry.erased_items) place.index = moved_number(place.index, from, by);
  const auto bytes = write_leaf(leaf);
  if (bytes.size() > kLargestLeaf) {
    throw EntryTooLarge("an entry of the audit log would be larger than 65,535 bytes");
  }
  put(connection, leaf.index, bytes, write_items(entry.items));
  for (const auto& item : entry.items) search_.add(item, leaf.index);
  return leaf.index;
}

}  // namespace hub::audit
