// Inclusion and consistency proofs of RFC 6962 section 2.1, over trees too large for memory.
//
// crypto/merkle.h verifies an inclusion path (root_of_path).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/crypto/hash.h"

namespace hub::audit {

// Where hashes of a tree come from.
class HashSource {
 public:
  HashSource() = default;
  HashSource(const HashSource&) = delete;
  HashSource& operator=(const HashSource&) = delete;
  HashSource(HashSource&&) = delete;
  HashSource& operator=(HashSource&&) = delete;
  virtual ~HashSource() = default;

  // Of the complete subtree over leaves [index << level, (index + 1) << level).
  [[nodiscard]] virtual crypto::Digest hash(unsigned level, std::uint64_t index) = 0;
};

// The root of the first `size` leaves.
[[nodiscard]] crypto::Digest tree_root(HashSource& source, std::uint64_t size);

// From the leaf's sibling to the root's child; index < size, else a bug of ours.
[[nodiscard]] std::vector<crypto::Digest> inclusion_proof(HashSource& source, std::uint64_t index,
                                                          std::uint64_t size);

// That the tree of `size` leaves begins with that of `old_size`; 0 < old_size <= size, else a bug
// of ours.
[[nodiscard]] std::vector<crypto::Digest> consistency_proof(HashSource& source,
                                                            std::uint64_t old_size,
                                                            std::uint64_t size);

// Whether the proof shows that. An old size of 0 needs no proof and is refused here: whoever
// compares with nothing handles that where it happens.
[[nodiscard]] bool is_consistent(std::uint64_t old_size, const crypto::Digest& old_root,
                                 std::uint64_t size, const crypto::Digest& root,
                                 std::span<const crypto::Digest> proof);

}  // namespace hub::audit
