// A tile of a log's tree with the nodes above its hashes, each computed once: a proof takes one of
// them from each of a tile's levels.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "audit/proof/tile_path.h"
#include "core/crypto/hash.h"

namespace hub::audit {

class TileNodes {
 public:
  static constexpr std::size_t kBytes = 2 * kTileWidth * sizeof(crypto::Digest);

  TileNodes() : nodes_(2 * kTileWidth) {}

  // The next hash of the tile, which is not full.
  void append(const crypto::Digest& hash);

  // How many hashes it has, of kTileWidth.
  [[nodiscard]] std::size_t filled() const { return filled_; }
  // Of the complete subtree over hashes [index << height, (index + 1) << height), all of which are
  // there; height <= kTileHeight.
  [[nodiscard]] const crypto::Digest& node(unsigned height, std::size_t index) const;

 private:
  // As in a heap: the root is number 1, the children of i are 2 i and 2 i + 1.
  std::vector<crypto::Digest> nodes_;
  std::size_t filled_ = 0;
};

}  // namespace hub::audit
