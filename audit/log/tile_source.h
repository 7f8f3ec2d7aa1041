// Hashes of a log's tree out of its tables: full tiles of 256 (C2SP tlog-tiles) where there are
// any, the entries themselves at the right edge.
#pragma once

#include <cstdint>

#include "audit/log/tile_cache.h"
#include "audit/proof/tree_proof.h"
#include "core/storage/connection.h"

namespace hub::audit {

class TileSource final : public HashSource {
 public:
  // Of a tree of `size` entries, all of which are committed and in the connection's snapshot. What
  // it reads it keeps in the cache, which is that log's.
  TileSource(storage::Connection& connection, std::uint64_t size, TileCache& cache)
      : connection_(connection), size_(size), cache_(cache) {}

  // Throws StoreError if the tables do not hold what they must.
  [[nodiscard]] crypto::Digest hash(unsigned level, std::uint64_t index) override;

 private:
  // A tile with at least so many hashes.
  [[nodiscard]] TileCache::Tile tile(TileCache::Place place, std::size_t needed);
  [[nodiscard]] TileCache::Tile stored_tile(TileCache::Place place);
  [[nodiscard]] TileCache::Tile open_tile(TileCache::Place place, const TileCache::Tile& before,
                                          std::size_t filled);

  storage::Connection& connection_;
  const std::uint64_t size_;
  TileCache& cache_;
};

}  // namespace hub::audit
