#include "audit/proof/tree_proof.h"

#include <gtest/gtest.h>

#include "core/crypto/merkle.h"
#include "tests/audit/plain_tree.h"

namespace hub::audit {
namespace {

TEST(TreeProof, GivesTheRootOfEverySize) {
  PlainSource source;
  for (std::uint64_t size = 0; size <= 300; ++size) {
    EXPECT_EQ(tree_root(source, size), plain_root(0, size)) << size;
  }
}

TEST(InclusionProof, IsThePathOfTheRfcAndLeadsToTheRoot) {
  PlainSource source;
  for (std::uint64_t size = 1; size <= 130; ++size) {
    const auto root = plain_root(0, size);
    for (std::uint64_t index = 0; index < size; index += size > 40 ? 7 : 1) {
      const auto proof = inclusion_proof(source, index, size);
      EXPECT_EQ(proof, plain_path(index, 0, size));
      EXPECT_EQ(crypto::root_of_path(test_leaf(index), index, size, proof), root);
    }
  }
}

TEST(ConsistencyProof, IsTheProofOfTheRfcAndHolds) {
  PlainSource source;
  for (std::uint64_t size = 1; size <= 70; ++size) {
    const auto root = plain_root(0, size);
    for (std::uint64_t old = 1; old <= size; ++old) {
      const auto proof = consistency_proof(source, old, size);
      EXPECT_EQ(proof, plain_subproof(old, 0, size, true));
      EXPECT_TRUE(is_consistent(old, plain_root(0, old), size, root, proof)) << old << " " << size;
    }
  }
}

TEST(ConsistencyProof, FailsWhenAnythingIsChanged) {
  PlainSource source;
  for (const auto& [old, size] : {std::pair<std::uint64_t, std::uint64_t>{1, 2},
                                  {3, 7},
                                  {4, 7},
                                  {6, 8},
                                  {8, 8},
                                  {33, 100},
                                  {64, 100}}) {
    const auto old_root = plain_root(0, old);
    const auto root = plain_root(0, size);
    const auto proof = consistency_proof(source, old, size);
    for (std::size_t i = 0; i < proof.size(); ++i) {
      auto changed = proof;
      changed[i][i % 32] ^= 1U;
      EXPECT_FALSE(is_consistent(old, old_root, size, root, changed));
      changed = proof;
      changed.erase(changed.begin() + static_cast<long>(i));
      EXPECT_FALSE(is_consistent(old, old_root, size, root, changed));
    }
    auto longer = proof;
    longer.push_back(root);
    EXPECT_FALSE(is_consistent(old, old_root, size, root, longer));
    auto other = root;
    other[0] ^= 1U;
    EXPECT_FALSE(is_consistent(old, other, size, root, proof));
    EXPECT_FALSE(is_consistent(old, old_root, size, other, proof));
    EXPECT_FALSE(is_consistent(0, crypto::sha256({}), size, root, proof));
    EXPECT_FALSE(is_consistent(size + 1, root, size, root, {}));
  }
}

TEST(ConsistencyProof, IsNeverFooledByAnotherBeginning) {
  // The old root of a log whose first entry differs.
  PlainSource source;
  for (std::uint64_t size = 2; size <= 40; ++size) {
    for (std::uint64_t old = 1; old <= size; ++old) {
      const auto forged = plain_root(1, old);
      const auto proof = consistency_proof(source, old, size);
      EXPECT_FALSE(is_consistent(old, forged, size, plain_root(0, size), proof));
    }
  }
}

}  // namespace
}  // namespace hub::audit
