// Tiles of one log's committed tree that were used last, for all threads that make proofs.
//
// What is committed never changes: a tile can only be filled further. So a tile kept here is right
// for every later snapshot, and for an earlier one as far as that goes.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "audit/log/tile_nodes.h"

namespace hub::audit {

class TileCache {
 public:
  using Place = std::pair<unsigned, std::uint64_t>;  // tile level, number
  using Tile = std::shared_ptr<const TileNodes>;

  // At most so many bytes of hashes; at least one tile.
  explicit TileCache(std::size_t most_bytes);

  // Nothing when it is not here. Thread-safe, like all of these.
  [[nodiscard]] Tile find(Place place);
  // Instead of one that is filled less, if there is one.
  void keep(Place place, Tile tile);
  void clear();

  [[nodiscard]] std::size_t bytes() const;

 private:
  using Used = std::list<std::pair<Place, Tile>>;  // the last used first

  const std::size_t most_tiles_;
  mutable std::mutex mutex_;
  Used used_;
  std::map<Place, Used::iterator> places_;
};

}  // namespace hub::audit
