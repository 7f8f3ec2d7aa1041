#include "audit/log/tile_cache.h"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include "core/crypto/merkle.h"
#include "tests/audit/plain_tree.h"

namespace hub::audit {
namespace {

TileCache::Tile tile_of(std::size_t hashes) {
  auto out = std::make_shared<TileNodes>();
  for (std::size_t i = 0; i < hashes; ++i) out->append(test_leaf(i));
  return out;
}

TEST(TileNodes, AreTheRootsOfAllCompleteSubtrees) {
  TileNodes nodes;
  for (std::size_t filled = 1; filled <= kTileWidth; ++filled) {
    nodes.append(test_leaf(filled - 1));
    ASSERT_EQ(nodes.filled(), filled);
    for (unsigned height = 0; (std::size_t{1} << height) <= filled; ++height) {
      const auto last = (filled >> height) - 1;
      ASSERT_EQ(nodes.node(height, last), plain_root(last << height, std::size_t{1} << height))
          << filled << " " << height;
    }
  }
  EXPECT_EQ(nodes.node(kTileHeight, 0), plain_root(0, kTileWidth));
}

TEST(TileCache, KeepsTheTilesThatWereUsedLast) {
  TileCache cache(3 * TileNodes::kBytes + 1);
  const auto tile = tile_of(4);
  for (std::uint64_t number = 0; number < 3; ++number) cache.keep({0, number}, tile);
  EXPECT_EQ(cache.bytes(), 3 * TileNodes::kBytes);
  EXPECT_TRUE(cache.find({0, 0}));
  cache.keep({1, 0}, tile);
  EXPECT_EQ(cache.bytes(), 3 * TileNodes::kBytes);
  EXPECT_TRUE(cache.find({0, 0}));
  EXPECT_FALSE(cache.find({0, 1})) << "used longest ago";
  EXPECT_TRUE(cache.find({0, 2}));
  EXPECT_TRUE(cache.find({1, 0}));
  cache.clear();
  EXPECT_FALSE(cache.find({0, 0}));
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST(TileCache, KeepsTheFullerOfTwo) {
  TileCache cache(TileNodes::kBytes);
  cache.keep({0, 0}, tile_of(4));
  cache.keep({0, 0}, tile_of(7));
  EXPECT_EQ(cache.find({0, 0})->filled(), 7U);
  cache.keep({0, 0}, tile_of(5));
  EXPECT_EQ(cache.find({0, 0})->filled(), 7U);
}

TEST(TileCache, HoldsOneTileHoweverSmallItIs) {
  TileCache cache(0);
  cache.keep({0, 0}, tile_of(1));
  EXPECT_TRUE(cache.find({0, 0}));
  cache.keep({0, 1}, tile_of(1));
  EXPECT_FALSE(cache.find({0, 0}));
}

}  // namespace
}  // namespace hub::audit
