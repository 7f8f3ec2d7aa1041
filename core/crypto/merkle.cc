#include "core/crypto/merkle.h"

#include <algorithm>
#include <bit>

#include "core/base/result.h"

namespace hub::crypto {
namespace {

constexpr std::uint8_t kLeafPrefix = 0x00;
constexpr std::uint8_t kNodePrefix = 0x01;

// The largest power of two below size, for size >= 2.
std::size_t split_of(std::size_t size) { return std::bit_floor(size - 1); }

void collect_proof(std::span<const Digest> leaves, std::uint32_t first,
                   std::span<const std::uint32_t> indices, std::vector<Digest>& out) {
  if (indices.empty()) {
    out.push_back(merkle_root(leaves));
    return;
  }
  if (leaves.size() == 1) return;
  const auto split = split_of(leaves.size());
  const auto middle = first + static_cast<std::uint32_t>(split);
  const auto in_left =
      static_cast<std::size_t>(std::ranges::lower_bound(indices, middle) - indices.begin());
  collect_proof(leaves.first(split), first, indices.first(in_left), out);
  collect_proof(leaves.subspan(split), middle, indices.subspan(in_left), out);
}

// Rebuilds the root, consuming leaves and proof hashes from left to right.
class SubsetRoot {
 public:
  SubsetRoot(std::span<const Digest> leaves, std::span<const std::uint32_t> indices,
             std::span<const Digest> proof)
      : leaves_(leaves), indices_(indices), proof_(proof) {}

  Digest over(std::uint32_t first, std::uint32_t size) {
    const bool holds_one = !indices_.empty() && indices_.front() < first + size;
    if (!holds_one) return next_proof();
    if (size == 1) {
      indices_ = indices_.subspan(1);
      const auto leaf = leaves_.front();
      leaves_ = leaves_.subspan(1);
      return leaf;
    }
    const auto split = static_cast<std::uint32_t>(split_of(size));
    const auto left = over(first, split);
    return node_hash(left, over(first + split, size - split));
  }

  [[nodiscard]] bool used_up() const { return !short_ && proof_.empty() && indices_.empty(); }

 private:
  Digest next_proof() {
    if (proof_.empty()) {
      short_ = true;
      return {};
    }
    const auto out = proof_.front();
    proof_ = proof_.subspan(1);
    return out;
  }

  std::span<const Digest> leaves_;
  std::span<const std::uint32_t> indices_;
  std::span<const Digest> proof_;
  bool short_ = false;
};

}  // namespace

Digest leaf_hash(Bytes input) { return sha256_of({Bytes(&kLeafPrefix, 1), input}); }

Digest node_hash(const Digest& left, const Digest& right) {
  return sha256_of({Bytes(&kNodePrefix, 1), left, right});
}

Digest merkle_root(std::span<const Digest> leaves) {
  if (leaves.empty()) return sha256({});
  if (leaves.size() == 1) return leaves.front();
  const auto split = split_of(leaves.size());
  return node_hash(merkle_root(leaves.first(split)), merkle_root(leaves.subspan(split)));
}

std::vector<Digest> inclusion_path(std::span<const Digest> leaves, std::uint64_t index) {
  require(index < leaves.size(), "a path is asked for a leaf of the tree");
  std::vector<Digest> path;
  while (leaves.size() > 1) {
    const auto split = split_of(leaves.size());
    if (index < split) {
      path.push_back(merkle_root(leaves.subspan(split)));
      leaves = leaves.first(split);
    } else {
      path.push_back(merkle_root(leaves.first(split)));
      leaves = leaves.subspan(split);
      index -= split;
    }
  }
  std::ranges::reverse(path);
  return path;
}

std::optional<Digest> root_of_path(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                                   std::span<const Digest> path) {
  if (index >= size) return std::nullopt;
  // RFC 9162 section 2.1.3.2, which verifies the trees of RFC 6962.
  auto hash = leaf;
  auto last = size - 1;
  for (const auto& sibling : path) {
    if (last == 0) return std::nullopt;
    if ((index & 1U) != 0 || index == last) {
      hash = node_hash(sibling, hash);
      while ((index & 1U) == 0 && index != 0) {
        index >>= 1U;
        last >>= 1U;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    index >>= 1U;
    last >>= 1U;
  }
  return last == 0 ? std::optional(hash) : std::nullopt;
}

std::vector<Digest> subset_proof(std::span<const Digest> leaves,
                                 std::span<const std::uint32_t> indices) {
  require(!indices.empty() && indices.back() < leaves.size() &&
              std::ranges::adjacent_find(indices, std::greater_equal<>()) == indices.end(),
          "a proof is asked for increasing leaves of the tree");
  std::vector<Digest> out;
  collect_proof(leaves, 0, indices, out);
  return out;
}

std::optional<Digest> root_of_subset(std::span<const Digest> leaves,
                                     std::span<const std::uint32_t> indices, std::uint32_t size,
                                     std::span<const Digest> proof) {
  if (indices.empty() || leaves.size() != indices.size() || indices.back() >= size ||
      std::ranges::adjacent_find(indices, std::greater_equal<>()) != indices.end()) {
    return std::nullopt;
  }
  SubsetRoot walk(leaves, indices, proof);
  const auto root = walk.over(0, size);
  return walk.used_up() ? std::optional(root) : std::nullopt;
}

}  // namespace hub::crypto
