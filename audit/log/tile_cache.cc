#include "audit/log/tile_cache.h"

#include <algorithm>

namespace hub::audit {

TileCache::TileCache(std::size_t most_bytes)
    : most_tiles_(std::max<std::size_t>(most_bytes / TileNodes::kBytes, 1)) {}

TileCache::Tile TileCache::find(Place place) {
  const std::scoped_lock lock(mutex_);
  const auto found = places_.find(place);
  if (found == places_.end()) return nullptr;
  used_.splice(used_.begin(), used_, found->second);
  return found->second->second;
}

void TileCache::keep(Place place, Tile tile) {
  const std::scoped_lock lock(mutex_);
  const auto found = places_.find(place);
  if (found != places_.end()) {
    auto& there = found->second->second;
    if (there->filled() < tile->filled()) there = std::move(tile);
    return;
  }
  used_.emplace_front(place, std::move(tile));
  places_.emplace(place, used_.begin());
  if (used_.size() <= most_tiles_) return;
  places_.erase(used_.back().first);
  used_.pop_back();
}

void TileCache::clear() {
  const std::scoped_lock lock(mutex_);
  places_.clear();
  used_.clear();
}

std::size_t TileCache::bytes() const {
  const std::scoped_lock lock(mutex_);
  return used_.size() * TileNodes::kBytes;
}

}  // namespace hub::audit
