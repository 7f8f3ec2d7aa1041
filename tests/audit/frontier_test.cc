#include "audit/proof/frontier.h"

#include <gtest/gtest.h>

#include "tests/audit/plain_tree.h"

namespace hub::audit {
namespace {

TEST(Frontier, HasTheRootOfTheTreeAtEverySize) {
  Frontier frontier;
  for (std::uint64_t size = 0; size <= 300; ++size) {
    EXPECT_EQ(frontier.size(), size);
    EXPECT_EQ(frontier.root(), plain_root(0, size)) << size;
    frontier.append(test_leaf(size));
  }
}

TEST(Frontier, IsTheSameAfterBeingStored) {
  Frontier frontier;
  for (std::uint64_t size = 0; size <= 70; ++size) {
    const auto again = Frontier::parse(frontier.serialise());
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, frontier);
    frontier.append(test_leaf(size));
  }
}

TEST(Frontier, RefusesEveryTruncationAndOneByteTooMany) {
  Frontier frontier;
  for (std::uint64_t i = 0; i < 21; ++i) frontier.append(test_leaf(i));
  auto stored = frontier.serialise();
  for (std::size_t size = 0; size < stored.size(); ++size) {
    EXPECT_FALSE(Frontier::parse(Bytes(stored).first(size))) << size;
  }
  stored.resize(stored.size() + 1);
  EXPECT_FALSE(Frontier::parse(stored));
}

TEST(Frontier, DiffersForEveryFlippedBit) {
  Frontier frontier;
  for (std::uint64_t i = 0; i < 21; ++i) frontier.append(test_leaf(i));
  const auto stored = frontier.serialise();
  for (std::size_t bit = 0; bit < 8 * stored.size(); ++bit) {
    auto changed = stored;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto parsed = Frontier::parse(changed);
    EXPECT_TRUE(!parsed || parsed->size() != 21 || parsed->root() != frontier.root()) << bit;
  }
}

}  // namespace
}  // namespace hub::audit
