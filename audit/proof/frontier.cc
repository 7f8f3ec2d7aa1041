#include "audit/proof/frontier.h"

#include <bit>

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/crypto/merkle.h"

namespace hub::audit {

std::optional<Frontier> Frontier::parse(Bytes stored) {
  ByteReader in(stored);
  Frontier out;
  out.size_ = in.u64();
  for (int i = std::popcount(out.size_); i > 0; --i) out.subtrees_.push_back(in.array<32>());
  if (!in.finished()) return std::nullopt;
  return out;
}

Buffer Frontier::serialise() const {
  ByteWriter out(8 + 32 * subtrees_.size());
  out.u64(size_);
  for (const auto& subtree : subtrees_) out.raw(subtree);
  return std::move(out).take();
}

void Frontier::append(const crypto::Digest& leaf) {
  auto hash = leaf;
  // As many subtrees merge as there are ones at the end of the size.
  for (int merges = std::countr_one(size_); merges > 0; --merges) {
    hash = crypto::node_hash(subtrees_.back(), hash);
    subtrees_.pop_back();
  }
  subtrees_.push_back(hash);
  ++size_;
}

crypto::Digest Frontier::root() const {
  if (subtrees_.empty()) return crypto::sha256({});
  auto hash = subtrees_.back();
  for (auto left = subtrees_.rbegin() + 1; left != subtrees_.rend(); ++left) {
    hash = crypto::node_hash(*left, hash);
  }
  return hash;
}

}  // namespace hub::audit
