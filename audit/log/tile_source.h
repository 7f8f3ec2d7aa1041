// Hashes of a log's tree out of its tables: full tiles of 256 (C2SP tlog-tiles) where there are
// any, the entries themselves at the right edge.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "audit/proof/tile_path.h"
#include "audit/proof/tree_proof.h"
#include "core/storage/connection.h"

namespace hub::audit {

// The hashes stored as one piece; throws StoreError if it is not a full tile.
[[nodiscard]] std::vector<crypto::Digest> parse_tile(storage::Connection& connection, Bytes stored);

class TileSource final : public HashSource {
 public:
  // The connection's snapshot must hold all leaves asked for.
  explicit TileSource(storage::Connection& connection) : connection_(connection) {}

  [[nodiscard]] crypto::Digest hash(unsigned level, std::uint64_t index) override;

 private:
  using Place = std::pair<unsigned, std::uint64_t>;  // tile level, number

  [[nodiscard]] const std::vector<crypto::Digest>* tile(Place place);
  [[nodiscard]] crypto::Digest leaf(std::uint64_t index);

  storage::Connection& connection_;
  std::map<Place, std::vector<crypto::Digest>> tiles_;
};

}  // namespace hub::audit
