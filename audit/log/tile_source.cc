#include "audit/log/tile_source.h"

#include <algorithm>
#include <span>

#include "core/crypto/merkle.h"
#include "core/storage/store_error.h"

namespace hub::audit {
namespace {

constexpr std::size_t kMostTilesHeld = 64;

[[noreturn]] void refuse_tile(const storage::Connection& connection, const std::string& what) {
  throw storage::StoreError(storage::StoreFault::Damaged, connection.file().string() + ": " + what +
                                                              "; stop and verify the audit log");
}

}  // namespace

std::vector<crypto::Digest> parse_tile(storage::Connection& connection, Bytes stored) {
  if (stored.size() != kTileWidth * sizeof(crypto::Digest)) {
    refuse_tile(connection, "a tile of the audit log has not 256 hashes");
  }
  std::vector<crypto::Digest> out(kTileWidth);
  for (std::size_t i = 0; i < kTileWidth; ++i) {
    std::ranges::copy(stored.subspan(i * out[i].size(), out[i].size()), out[i].begin());
  }
  return out;
}

const std::vector<crypto::Digest>* TileSource::tile(Place place) {
  const auto found = tiles_.find(place);
  if (found != tiles_.end()) return &found->second;
  auto row = connection_.prepare("SELECT hashes FROM log_tile WHERE level = ? AND tile = ?");
  row.bind(1, place.first).bind(2, place.second);
  if (!row.step()) return nullptr;
  if (tiles_.size() >= kMostTilesHeld) tiles_.clear();
  return &tiles_.emplace(place, parse_tile(connection_, row.bytes(0))).first->second;
}

crypto::Digest TileSource::leaf(std::uint64_t index) {
  auto row = connection_.prepare("SELECT leaf FROM log_entry WHERE idx = ?");
  row.bind(1, index);
  if (!row.step()) refuse_tile(connection_, "an entry of the audit log is missing");
  return crypto::leaf_hash(row.bytes(0));
}

crypto::Digest TileSource::hash(unsigned level, std::uint64_t index) {
  const auto tile_level = level / kTileHeight;
  const auto within = level % kTileHeight;
  const auto first = index << within;
  const auto count = std::size_t{1} << within;
  if (const auto* const full = tile({tile_level, first / kTileWidth})) {
    return crypto::merkle_root(std::span(*full).subspan(first % kTileWidth, count));
  }
  if (level == 0) return leaf(index);
  if (within == 0) {
    // The root of one full tile of the level below.
    if (const auto* const below = tile({tile_level - 1, index})) {
      return crypto::merkle_root(*below);
    }
    refuse_tile(connection_, "a tile of the audit log is missing");
  }
  const auto left = hash(level - 1, 2 * index);
  return crypto::node_hash(left, hash(level - 1, 2 * index + 1));
}

}  // namespace hub::audit
