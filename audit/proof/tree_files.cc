#include "audit/proof/tree_files.h"

#include "audit/proof/entry_stream.h"
#include "audit/proof/tile_path.h"
#include "core/base/result.h"
#include "core/crypto/merkle.h"

namespace hub::audit {
namespace {

Buffer in_a_row(const std::vector<crypto::Digest>& hashes) {
  Buffer out;
  out.reserve(hashes.size() * sizeof(crypto::Digest));
  for (const auto& hash : hashes) hub::append(out, hash);
  return out;
}

}  // namespace

void TreeFiles::append(Bytes entry) {
  append_entry(bundle_, entry);
  const auto hash = crypto::leaf_hash(entry);
  const auto number = frontier_.size() / kTileWidth;
  frontier_.append(hash);
  add(0, hash);
  if (frontier_.size() % kTileWidth != 0) return;
  write_(bundle_path(number), bundle_);
  bundle_.clear();
}

void TreeFiles::add(std::size_t level, const crypto::Digest& hash) {
  if (level == levels_.size()) levels_.emplace_back();
  levels_[level].hashes.push_back(hash);
  if (levels_[level].hashes.size() < kTileWidth) return;
  const auto full = std::exchange(levels_[level].hashes, {});
  write_(tile_path(static_cast<unsigned>(level), levels_[level].full++), in_a_row(full));
  add(level + 1, crypto::merkle_root(full));
}

void TreeFiles::finish() {
  const auto width = static_cast<std::size_t>(frontier_.size() % kTileWidth);
  if (width > 0) write_(bundle_path(frontier_.size() / kTileWidth, width), bundle_);
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    const auto& [full, hashes] = levels_[level];
    if (hashes.empty()) continue;
    write_(tile_path(static_cast<unsigned>(level), full, hashes.size()), in_a_row(hashes));
  }
}

}  // namespace hub::audit
