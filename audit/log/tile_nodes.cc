#include "audit/log/tile_nodes.h"

#include "core/base/result.h"
#include "core/crypto/merkle.h"

namespace hub::audit {

void TileNodes::append(const crypto::Digest& hash) {
  require(filled_ < kTileWidth, "only a tile that is not full takes another hash");
  auto at = kTileWidth + filled_++;
  nodes_[at] = hash;
  // A right child completes its parent.
  for (; at % 2 == 1 && at > 1; at /= 2)
    nodes_[at / 2] = crypto::node_hash(nodes_[at - 1], nodes_[at]);
}

const crypto::Digest& TileNodes::node(unsigned height, std::size_t index) const {
  require(height <= kTileHeight && (index + 1) << height <= filled_,
          "a node is asked for that the tile has");
  return nodes_[(kTileWidth >> height) + index];
}

}  // namespace hub::audit
