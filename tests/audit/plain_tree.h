// RFC 6962 section 2.1 word for word, over leaves that are the numbers 0, 1, 2, ...; slow and
// plain, to compare with.
#pragma once

#include <string>
#include <vector>

#include "audit/proof/tree_proof.h"
#include "core/crypto/hash.h"

namespace hub::audit {

inline crypto::Digest plain_hash(std::uint8_t prefix, Bytes left, Bytes right) {
  Buffer input{prefix};
  append(input, left);
  append(input, right);
  return crypto::sha256(input);
}

inline crypto::Digest test_leaf(std::uint64_t index) {
  return plain_hash(0, as_bytes(std::to_string(index)), {});
}

inline std::uint64_t plain_split(std::uint64_t size) {
  std::uint64_t k = 1;
  while (2 * k < size) k *= 2;
  return k;
}

// MTH(D[first:first + size])
inline crypto::Digest plain_root(std::uint64_t first, std::uint64_t size) {
  if (size == 0) return crypto::sha256({});
  if (size == 1) return test_leaf(first);
  const auto k = plain_split(size);
  return plain_hash(1, plain_root(first, k), plain_root(first + k, size - k));
}

// PATH(m, D[first:first + size])
inline std::vector<crypto::Digest> plain_path(std::uint64_t m, std::uint64_t first,
                                              std::uint64_t size) {
  if (size <= 1) return {};
  const auto k = plain_split(size);
  const bool left = m < k;
  auto out = left ? plain_path(m, first, k) : plain_path(m - k, first + k, size - k);
  out.push_back(left ? plain_root(first + k, size - k) : plain_root(first, k));
  return out;
}

// SUBPROOF(m, D[first:first + size], b)
inline std::vector<crypto::Digest> plain_subproof(std::uint64_t m, std::uint64_t first,
                                                  std::uint64_t size, bool b) {
  if (m == size) {
    if (b) return {};
    return {plain_root(first, size)};
  }
  const auto k = plain_split(size);
  const bool left = m <= k;
  auto out =
      left ? plain_subproof(m, first, k, b) : plain_subproof(m - k, first + k, size - k, false);
  out.push_back(left ? plain_root(first + k, size - k) : plain_root(first, k));
  return out;
}

class PlainSource final : public HashSource {
 public:
  [[nodiscard]] crypto::Digest hash(unsigned level, std::uint64_t index) override {
    return plain_root(index << level, std::uint64_t{1} << level);
  }
};

}  // namespace hub::audit
