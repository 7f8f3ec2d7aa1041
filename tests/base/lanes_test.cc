#include "core/base/lanes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace hub {
namespace {

// A key of each lane.
std::vector<std::string> key_of_each_lane(const Lanes& lanes) {
  std::vector<std::string> out(lanes.size());
  for (std::size_t found = 0, i = 0; found < out.size(); ++i) {
    const auto key = "key-" + std::to_string(i);
    auto& place = out[lanes.lane_of(key)];
    found += place.empty() ? 1 : 0;
    place = key;
  }
  return out;
}

// A lane whose worker is inside a task until release().
class HeldLane {
 public:
  HeldLane(Lanes& lanes, std::string_view key) {
    // Of the task itself: it may go on looking at them when this object is gone.
    auto started = std::make_shared<std::promise<void>>();
    auto has_started = started->get_future();
    lanes.post(key, [started, go = go_.get_future().share()] {
      started->set_value();
      go.wait();
    });
    has_started.wait();
  }
  void release() { go_.set_value(); }

 private:
  std::promise<void> go_;
};

// Posts a task and waits until it has run.
void run_one(Lanes& lanes, std::string_view key) {
  auto done = std::make_shared<std::promise<void>>();
  auto is_done = done->get_future();
  lanes.post(key, [done] { done->set_value(); });
  is_done.wait();
}

TEST(Lanes, RunWorkWithTheSameKeyInOrderAndOnOneThread) {
  constexpr int each = 500;
  std::mutex mutex;
  std::map<std::string, std::vector<int>> seen;
  std::map<std::string, std::set<std::thread::id>> threads;
  {
    Lanes lanes(3, 8);
    for (int i = 0; i < each; ++i) {
      for (const std::string key : {"camden", "hackney", "newham", "islington"}) {
        lanes.post(key, [&, key, i] {
          const std::scoped_lock lock(mutex);
          seen[key].push_back(i);
          threads[key].insert(std::this_thread::get_id());
        });
      }
    }
  }
  ASSERT_EQ(seen.size(), 4U);
  for (const auto& [key, numbers] : seen) {
    ASSERT_EQ(numbers.size(), static_cast<std::size_t>(each)) << key;
    EXPECT_TRUE(std::ranges::is_sorted(numbers)) << key;
    EXPECT_EQ(threads[key].size(), 1U) << key;
  }
}

TEST(Lanes, RunWorkOfOtherLanesWhileOneIsBusy) {
  Lanes lanes(2, 4);
  const auto keys = key_of_each_lane(lanes);
  HeldLane held(lanes, keys[0]);
  run_one(lanes, keys[1]);
  held.release();
}

TEST(Lanes, RefuseWhatComesWhenTheLaneIsFullAndTakeItLater) {
  Lanes lanes(1, 2);
  std::atomic<int> run = 0;
  HeldLane held(lanes, "key");
  EXPECT_TRUE(lanes.try_post("key", [&] { ++run; }));
  EXPECT_TRUE(lanes.try_post("key", [&] { ++run; }));
  EXPECT_FALSE(lanes.try_post("key", [&] { run += 100; }));
  held.release();
  run_one(lanes, "key");
  EXPECT_EQ(run, 2);
  EXPECT_TRUE(lanes.try_post("key", [&] { ++run; }));
  lanes.close();
  EXPECT_EQ(run, 3);
}

TEST(Lanes, FinishWhatIsQueuedBeforeTheyEndAndTakeNothingAfter) {
  Lanes lanes(1, 100);
  std::atomic<int> run = 0;
  HeldLane held(lanes, "key");
  for (int i = 0; i < 50; ++i) lanes.post("key", [&] { ++run; });
  std::thread closer([&] { lanes.close(); });
  held.release();
  closer.join();
  EXPECT_EQ(run, 50);
  EXPECT_FALSE(lanes.try_post("key", [&] { ++run; }));
  lanes.post("key", [&] { ++run; });
  lanes.close();
  EXPECT_EQ(run, 50);
}

TEST(Lanes, HaveOneLaneAtLeastAndAlwaysTheSameForAKey) {
  const Lanes one(0, 1);
  EXPECT_EQ(one.size(), 1U);
  EXPECT_EQ(one.lane_of("anything"), 0U);
  const Lanes four(4, 1);
  EXPECT_EQ(four.size(), 4U);
  for (int i = 0; i < 100; ++i) {
    const auto key = std::to_string(i);
    EXPECT_LT(four.lane_of(key), four.size());
    EXPECT_EQ(four.lane_of(key), four.lane_of(std::string(key)));
  }
}

TEST(LanesDeathTest, EndTheProcessWithATaskThatThrows) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        Lanes lanes(1, 1);
        lanes.post("key", [] { throw std::runtime_error("let out"); });
        lanes.close();
      },
      testing::KilledBySignal(SIGABRT), "let out");
}

}  // namespace
}  // namespace hub
