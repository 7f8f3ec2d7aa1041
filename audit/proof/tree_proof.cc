#include "audit/proof/tree_proof.h"

#include <bit>

#include "core/base/result.h"
#include "core/crypto/merkle.h"

namespace hub::audit {
namespace {

using crypto::Digest;
using crypto::node_hash;

// Leaves [first, first + size).
struct Range {
  std::uint64_t first;
  std::uint64_t size;

  // The largest power of two below the size, for a size of at least 2.
  [[nodiscard]] std::uint64_t split() const { return std::bit_floor(size - 1); }
  [[nodiscard]] Range left() const { return {first, split()}; }
  [[nodiscard]] Range right() const { return {first + split(), size - split()}; }
};

Digest root_of(HashSource& source, Range range) {
  if (std::has_single_bit(range.size)) {
    const auto level = static_cast<unsigned>(std::countr_zero(range.size));
    return source.hash(level, range.first >> level);
  }
  const auto left = root_of(source, range.left());
  return node_hash(left, root_of(source, range.right()));
}

// SUBPROOF of RFC 6962 section 2.1.2; `known` while the verifier holds the old root itself.
void collect_consistency(HashSource& source, std::uint64_t old_size, Range range, bool known,
                         std::vector<Digest>& out) {
  if (old_size == range.size) {
    if (!known) out.push_back(root_of(source, range));
    return;
  }
  if (old_size <= range.split()) {
    collect_consistency(source, old_size, range.left(), known, out);
    out.push_back(root_of(source, range.right()));
  } else {
    collect_consistency(source, old_size - range.split(), range.right(), false, out);
    out.push_back(root_of(source, range.left()));
  }
}

}  // namespace

Digest tree_root(HashSource& source, std::uint64_t size) {
  return size == 0 ? crypto::sha256({}) : root_of(source, {0, size});
}

std::vector<Digest> inclusion_proof(HashSource& source, std::uint64_t index, std::uint64_t size) {
  require(index < size, "a proof is asked for a leaf of the tree");
  std::vector<Digest> out;
  Range range{0, size};
  while (range.size > 1) {
    if (index < range.first + range.split()) {
      out.push_back(root_of(source, range.right()));
      range = range.left();
    } else {
      out.push_back(root_of(source, range.left()));
      range = range.right();
    }
  }
  return {out.rbegin(), out.rend()};
}

std::vector<Digest> consistency_proof(HashSource& source, std::uint64_t old_size,
                                      std::uint64_t size) {
  require(old_size > 0 && old_size <= size, "a tree is compared with an older one of its own");
  std::vector<Digest> out;
  collect_consistency(source, old_size, {0, size}, true, out);
  return out;
}

bool is_consistent(std::uint64_t old_size, const Digest& old_root, std::uint64_t size,
                   const Digest& root, std::span<const Digest> proof) {
  if (old_size == 0 || old_size > size) return false;
  if (old_size == size) return proof.empty() && old_root == root;
  // RFC 9162 section 2.1.4.2, which verifies the trees of RFC 6962.
  std::vector<Digest> path(proof.begin(), proof.end());
  if (std::has_single_bit(old_size)) path.insert(path.begin(), old_root);
  if (path.empty()) return false;
  auto old_last = old_size - 1;
  auto last = size - 1;
  const auto ones = std::countr_one(old_last);
  old_last >>= static_cast<unsigned>(ones);
  last >>= static_cast<unsigned>(ones);
  auto old_hash = path.front();
  auto hash = path.front();
  for (const auto& sibling : std::span(path).subspan(1)) {
    if (last == 0) return false;
    if ((old_last & 1U) != 0 || old_last == last) {
      old_hash = node_hash(sibling, old_hash);
      hash = node_hash(sibling, hash);
      while ((old_last & 1U) == 0 && old_last != 0) {
        old_last >>= 1U;
        last >>= 1U;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    old_last >>= 1U;
    last >>= 1U;
  }
  return last == 0 && old_hash == old_root && hash == root;
}

}  // namespace hub::audit
