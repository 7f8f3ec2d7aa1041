// The right edge of an RFC 6962 tree: all that is needed to append leaves and to know the root.
//
// It holds the hash of each complete subtree of which the tree consists, one for each bit set in
// its size, the largest first. Stored as size:u64, then those hashes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/crypto/hash.h"

namespace hub::audit {

class Frontier {
 public:
  Frontier() = default;
  // Nothing unless these are exactly the bytes of some frontier.
  [[nodiscard]] static std::optional<Frontier> parse(Bytes stored);
  [[nodiscard]] Buffer serialise() const;

  // The hash of the next leaf (crypto::leaf_hash).
  void append(const crypto::Digest& leaf);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  // SHA-256 of nothing for an empty tree.
  [[nodiscard]] crypto::Digest root() const;
  [[nodiscard]] std::span<const crypto::Digest> subtrees() const { return subtrees_; }

  bool operator==(const Frontier&) const = default;

 private:
  std::uint64_t size_ = 0;
  std::vector<crypto::Digest> subtrees_;
};

}  // namespace hub::audit
