#include "audit/log/tile_source.h"

#include <algorithm>
#include <string>

#include "core/base/result.h"
#include "core/crypto/merkle.h"
#include "core/storage/store_error.h"

namespace hub::audit {
namespace {

[[noreturn]] void refuse_tile(const storage::Connection& connection, const std::string& what) {
  throw storage::StoreError(storage::StoreFault::Damaged, connection.file().string() + ": " + what +
                                                              "; stop and verify the audit log");
}

// Appends the hashes of the entries that the tile of level 0 still lacks.
void append_leaves(storage::Connection& connection, std::uint64_t tile, std::size_t filled,
                   TileNodes& nodes) {
  const auto first = tile * kTileWidth;
  auto rows =
      connection.prepare("SELECT idx, leaf FROM log_entry WHERE idx >= ? AND idx < ? ORDER BY idx");
  rows.bind(1, first + nodes.filled()).bind(2, first + filled);
  while (rows.step() && static_cast<std::uint64_t>(rows.int64(0)) == first + nodes.filled()) {
    nodes.append(crypto::leaf_hash(rows.bytes(1)));
  }
  if (nodes.filled() != filled) refuse_tile(connection, "an entry of the audit log is missing");
}

}  // namespace

crypto::Digest TileSource::hash(unsigned level, std::uint64_t index) {
  const auto within = level % kTileHeight;
  const auto first = index << within;
  const auto place = first % kTileWidth;
  const auto count = std::size_t{1} << within;
  return tile({level / kTileHeight, first / kTileWidth}, place + count)
      ->node(within, place >> within);
}

TileCache::Tile TileSource::tile(TileCache::Place place, std::size_t needed) {
  auto known = cache_.find(place);
  if (known && known->filled() >= needed) return known;
  // Hashes of this level in the whole tree, so that a tile is read once for all that a proof asks.
  const auto there = (size_ >> (place.first * kTileHeight)) - place.second * kTileWidth;
  const auto filled = std::min<std::uint64_t>(there, kTileWidth);
  require(filled >= needed, "a hash is asked for that the tree has");
  auto made = filled == kTileWidth ? stored_tile(place) : open_tile(place, known, filled);
  cache_.keep(place, made);
  return made;
}

TileCache::Tile TileSource::stored_tile(TileCache::Place place) {
  auto row = connection_.prepare("SELECT hashes FROM log_tile WHERE level = ? AND tile = ?");
  row.bind(1, place.first).bind(2, place.second);
  if (!row.step()) refuse_tile(connection_, "a tile of the audit log is missing");
  const auto stored = row.bytes(0);
  crypto::Digest hash{};
  if (stored.size() != kTileWidth * hash.size()) {
    refuse_tile(connection_, "a tile of the audit log has not 256 hashes");
  }
  auto nodes = std::make_shared<TileNodes>();
  for (std::size_t i = 0; i < kTileWidth; ++i) {
    std::ranges::copy(stored.subspan(i * hash.size(), hash.size()), hash.begin());
    nodes->append(hash);
  }
  return nodes;
}

TileCache::Tile TileSource::open_tile(TileCache::Place place, const TileCache::Tile& before,
                                      std::size_t filled) {
  auto nodes = before ? std::make_shared<TileNodes>(*before) : std::make_shared<TileNodes>();
  const auto [level, number] = place;
  if (level == 0) append_leaves(connection_, number, filled, *nodes);
  while (nodes->filled() < filled) {
    // The root of a full tile of the level below.
    const auto below = number * kTileWidth + nodes->filled();
    nodes->append(tile({level - 1, below}, kTileWidth)->node(kTileHeight, 0));
  }
  return nodes;
}

}  // namespace hub::audit
