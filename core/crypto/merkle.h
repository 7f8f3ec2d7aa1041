// Merkle trees exactly as RFC 6962 section 2.1: leaf = SHA-256(0x00 || input), node =
// SHA-256(0x01 || left || right), split at the largest power of two, no duplicated last leaf.
//
// Besides the usual path of one leaf there is the proof of several leaves at once (a slice of a
// batch): the hashes of the subtrees that hold none of them, left to right. For one leaf it has the
// same hashes as its path.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/crypto/hash.h"

namespace hub::crypto {

[[nodiscard]] Digest leaf_hash(Bytes input);
[[nodiscard]] Digest node_hash(const Digest& left, const Digest& right);

// SHA-256("") for no leaves.
[[nodiscard]] Digest merkle_root(std::span<const Digest> leaves);

// Section 2.1.1, from the leaf's sibling to the root's child. index < leaves.size().
[[nodiscard]] std::vector<Digest> inclusion_path(std::span<const Digest> leaves,
                                                 std::uint64_t index);
// The root that the path leads to; nothing unless index < size and the path has the exact length.
[[nodiscard]] std::optional<Digest> root_of_path(const Digest& leaf, std::uint64_t index,
                                                 std::uint64_t size, std::span<const Digest> path);

// `indices` strictly increasing, all below leaves.size().
[[nodiscard]] std::vector<Digest> subset_proof(std::span<const Digest> leaves,
                                               std::span<const std::uint32_t> indices);
// The root that these leaves at these places lead to; nothing unless the indices increase strictly
// below `size`, there is a leaf for each, and the proof is used up exactly.
[[nodiscard]] std::optional<Digest> root_of_subset(std::span<const Digest> leaves,
                                                   std::span<const std::uint32_t> indices,
                                                   std::uint32_t size,
                                                   std::span<const Digest> proof);

}  // namespace hub::crypto
