#include "core/base/bounded_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace hub {
namespace {

TEST(BoundedQueue, GivesEverythingThatWaitsAtOnceAndInOrder) {
  BoundedQueue<int> queue(3);
  EXPECT_TRUE(queue.push(1));
  EXPECT_TRUE(queue.push(2));
  EXPECT_TRUE(queue.push(3));
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(queue.pop_all(), (std::deque<int>{1, 2, 3}));
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_TRUE(queue.try_pop_all().empty());
}

TEST(BoundedQueue, RefusesWhenFullAndLeavesTheItemWithItsOwner) {
  BoundedQueue<std::string> queue(1);
  std::string first = "first";
  std::string second = "second";
  EXPECT_TRUE(queue.try_push(first));
  EXPECT_FALSE(queue.try_push(second));
  EXPECT_EQ(second, "second");
  EXPECT_EQ(queue.try_pop_all(), std::deque<std::string>{"first"});
  EXPECT_TRUE(queue.try_push(second));
}

TEST(BoundedQueue, LetsAWaitingPushInOnceThereIsRoom) {
  BoundedQueue<int> queue(1);
  ASSERT_TRUE(queue.push(1));
  bool pushed = false;
  std::thread other([&] { pushed = queue.push(2); });
  EXPECT_EQ(queue.pop_all(), std::deque<int>{1}) << "the second did not wait for room";
  EXPECT_EQ(queue.pop_all(), std::deque<int>{2});
  other.join();
  EXPECT_TRUE(pushed);
}

TEST(BoundedQueue, WakesAPopWhenSomethingComes) {
  BoundedQueue<std::unique_ptr<int>> queue(1);
  std::deque<std::unique_ptr<int>> got;
  std::thread other([&] { got = queue.pop_all(); });
  EXPECT_TRUE(queue.push(std::make_unique<int>(7)));
  other.join();
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(*got.front(), 7);
}

TEST(BoundedQueue, NeverHoldsMoreThanItsCapacityAndLosesNothing) {
  constexpr int pusher_count = 3;
  constexpr int each = 2000;
  constexpr std::size_t capacity = 4;
  BoundedQueue<int> queue(capacity);
  std::atomic<int> refused = 0;
  std::vector<std::thread> pushers;
  pushers.reserve(pusher_count);
  for (int p = 0; p < pusher_count; ++p) {
    pushers.emplace_back([&, p] {
      for (int i = 0; i < each; ++i) refused += queue.push(p * each + i) ? 0 : 1;
    });
  }
  std::vector<int> next(pusher_count);
  int taken = 0;
  while (taken < pusher_count * each) {
    const auto items = queue.pop_all();
    ASSERT_LE(items.size(), capacity);
    for (const int item : items) {
      ASSERT_EQ(item % each, next[static_cast<std::size_t>(item / each)]++)
          << "one pusher's items came out of order";
      ++taken;
    }
  }
  for (auto& pusher : pushers) pusher.join();
  EXPECT_EQ(refused, 0);
  EXPECT_EQ(queue.size(), 0U);
}

TEST(BoundedQueue, GivesWhatIsLeftAfterItIsClosedAndThenNothing) {
  BoundedQueue<int> queue(2);
  ASSERT_TRUE(queue.push(1));
  queue.close();
  int late = 2;
  EXPECT_FALSE(queue.push(2));
  EXPECT_FALSE(queue.try_push(late));
  EXPECT_EQ(queue.pop_all(), std::deque<int>{1});
  EXPECT_TRUE(queue.pop_all().empty());
  queue.close();
  EXPECT_TRUE(queue.pop_all().empty());
}

TEST(BoundedQueue, WakesEverybodyWhoWaitsWhenItIsClosed) {
  BoundedQueue<int> full(1);
  BoundedQueue<int> empty(1);
  ASSERT_TRUE(full.push(1));
  bool pushed = true;
  std::size_t popped = 1;
  std::thread pusher([&] { pushed = full.push(2); });
  std::thread popper([&] { popped = empty.pop_all().size(); });
  full.close();
  empty.close();
  pusher.join();
  popper.join();
  EXPECT_FALSE(pushed);
  EXPECT_EQ(popped, 0U);
}

}  // namespace
}  // namespace hub
