#include "core/crypto/merkle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/base/encoding.h"

namespace hub::crypto {
namespace {

std::vector<Digest> leaves_of(std::size_t count) {
  std::vector<Digest> out;
  for (std::size_t i = 0; i < count; ++i) {
    const auto low = static_cast<std::uint8_t>(i);
    const auto high = static_cast<std::uint8_t>(i >> 8U);
    out.push_back(leaf_hash(Buffer{low, high}));
  }
  return out;
}

// The well-known roots of the Certificate Transparency reference inputs (RFC 6962 test data).
TEST(MerkleRoot, AgreesWithTheReferenceTree) {
  const std::vector<std::string> inputs = {"",
                                           "00",
                                           "10",
                                           "2021",
                                           "3031",
                                           "40414243",
                                           "5051525354555657",
                                           "606162636465666768696a6b6c6d6e6f"};
  std::vector<Digest> leaves;
  for (const auto& input : inputs) leaves.push_back(leaf_hash(*from_hex(input)));
  EXPECT_EQ(to_hex(merkle_root({})),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(merkle_root(std::span(leaves).first(1))),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  EXPECT_EQ(to_hex(merkle_root(std::span(leaves).first(3))),
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
  EXPECT_EQ(to_hex(merkle_root(leaves)),
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

TEST(InclusionPath, LeadsToTheRootForEveryLeafOfEverySize) {
  for (std::size_t size = 1; size <= 70; ++size) {
    const auto leaves = leaves_of(size);
    const auto root = merkle_root(leaves);
    for (std::size_t i = 0; i < size; ++i) {
      const auto path = inclusion_path(leaves, i);
      ASSERT_EQ(root_of_path(leaves[i], i, size, path), root);
      // Neither a longer nor a shorter path, nor an index outside the tree, is accepted.
      auto longer = path;
      longer.push_back(root);
      EXPECT_FALSE(root_of_path(leaves[i], i, size, longer));
      if (!path.empty()) {
        EXPECT_NE(root_of_path(leaves[i], i, size, std::span(path).first(path.size() - 1)), root);
      }
      EXPECT_FALSE(root_of_path(leaves[i], size, size, path));
    }
  }
}

TEST(SubsetProof, LeadsToTheRootForRandomSubsets) {
  std::mt19937 random(7);
  for (std::uint32_t size = 1; size <= 60; ++size) {
    const auto leaves = leaves_of(size);
    for (int round = 0; round < 8; ++round) {
      std::vector<std::uint32_t> indices;
      std::vector<Digest> chosen;
      for (std::uint32_t i = 0; i < size; ++i) {
        if (random() % 3 != 0 && !(indices.empty() && i + 1 == size)) continue;
        indices.push_back(i);
        chosen.push_back(leaves[i]);
      }
      const auto proof = subset_proof(leaves, indices);
      ASSERT_EQ(root_of_subset(chosen, indices, size, proof), merkle_root(leaves));
      auto longer = proof;
      longer.push_back(chosen.front());
      EXPECT_FALSE(root_of_subset(chosen, indices, size, longer));
      if (!proof.empty()) {
        EXPECT_FALSE(
            root_of_subset(chosen, indices, size, std::span(proof).first(proof.size() - 1)));
      }
    }
  }
}

TEST(SubsetProof, RefusesRepeatedUnsortedAndOutsideIndices) {
  const auto leaves = leaves_of(4);
  const std::vector<Digest> two{leaves[1], leaves[2]};
  EXPECT_FALSE(root_of_subset(two, std::vector<std::uint32_t>{2, 1}, 4, {}));
  EXPECT_FALSE(root_of_subset(two, std::vector<std::uint32_t>{1, 1}, 4, {}));
  EXPECT_FALSE(root_of_subset(two, std::vector<std::uint32_t>{1, 4}, 4, {}));
  EXPECT_FALSE(root_of_subset(two, std::vector<std::uint32_t>{1}, 4, {}));
  EXPECT_FALSE(root_of_subset({}, {}, 4, {}));
  EXPECT_FALSE(root_of_subset(two, std::vector<std::uint32_t>{1, 2}, 0xffffffff, {}));
}

TEST(SubsetProof, OfOneLeafHoldsTheHashesOfItsPath) {
  const auto leaves = leaves_of(11);
  for (std::uint32_t i = 0; i < 11; ++i) {
    auto path = inclusion_path(leaves, i);
    auto proof = subset_proof(leaves, std::vector{i});
    std::ranges::sort(path);
    std::ranges::sort(proof);
    EXPECT_EQ(path, proof);
  }
}

}  // namespace
}  // namespace hub::crypto
