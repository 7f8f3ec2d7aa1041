#include "core/base/in_order.h"

#include <gtest/gtest.h>

#include <string>

namespace hub {
namespace {

using Line = InOrder<int, std::string>;
using Item = std::optional<std::pair<int, std::string>>;

Item item(int id, std::string content) { return std::pair(id, std::move(content)); }

TEST(InOrder, HoldsBackWhatIsBehindOneThatIsNotThere) {
  Line line;
  line.push(1, std::nullopt);
  line.push(2, "two");
  EXPECT_EQ(line.pop_ready(), std::nullopt);
  line.fill(1, "one");
  EXPECT_EQ(line.pop_ready(), item(1, "one"));
  EXPECT_EQ(line.pop_ready(), item(2, "two"));
  EXPECT_EQ(line.pop_ready(), std::nullopt);
}

TEST(InOrder, FillsInAnyOrderAndStillGivesInTheFirst) {
  Line line;
  for (int id = 1; id <= 3; ++id) line.push(id, std::nullopt);
  line.fill(3, "three");
  line.fill(2, "two");
  EXPECT_EQ(line.pop_ready(), std::nullopt);
  line.fill(1, "one");
  EXPECT_EQ(line.pop_ready(), item(1, "one"));
  EXPECT_EQ(line.pop_ready(), item(2, "two"));
  EXPECT_EQ(line.pop_ready(), item(3, "three"));
}

TEST(InOrder, FillsTheFirstOfAnIdThatLacksItsContent) {
  Line line;
  line.push(1, std::nullopt);
  line.push(1, std::nullopt);
  line.fill(1, "first");
  line.fill(1, "second");
  EXPECT_EQ(line.pop_ready(), item(1, "first"));
  EXPECT_EQ(line.pop_ready(), item(1, "second"));
}

TEST(InOrder, PassesOverContentThatComesTooLateTwiceOrForNobody) {
  Line line;
  line.fill(1, "too early");
  line.push(1, std::nullopt);
  EXPECT_EQ(line.pop_ready(), std::nullopt);
  line.fill(1, "one");
  line.fill(1, "one again");
  EXPECT_EQ(line.pop_ready(), item(1, "one"));
  line.fill(1, "too late");
  EXPECT_EQ(line.pop_ready(), std::nullopt);
}

TEST(InOrder, IsEmptyAfterClear) {
  Line line;
  line.push(1, "one");
  line.push(2, std::nullopt);
  line.clear();
  EXPECT_EQ(line.pop_ready(), std::nullopt);
  line.push(3, "three");
  EXPECT_EQ(line.pop_ready(), item(3, "three"));
}

}  // namespace
}  // namespace hub
