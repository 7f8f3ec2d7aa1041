#include "audit/siem/sent_tail.h"

#include <gtest/gtest.h>

namespace hub::audit {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart(1h);

TEST(SentTail, BeginsAgainAtTheFirstThatMayNotHaveArrived) {
  SentTail tail;
  EXPECT_EQ(tail.first(), std::nullopt);
  tail.sent(5, 8, 100, kStart);
  tail.sent(8, 20, 100, kStart + 1min);
  tail.forget_arrived(kStart + 10min - 1ms);
  EXPECT_EQ(tail.first(), 5U);
  tail.forget_arrived(kStart + 10min);
  EXPECT_EQ(tail.first(), 8U);
  tail.forget_arrived(kStart + 11min);
  EXPECT_EQ(tail.first(), std::nullopt);
}

TEST(SentTail, HoldsNoMoreThanBuffersCan) {
  SentTail tail;
  constexpr std::size_t kMiB = std::size_t{1} << 20U;
  for (std::uint64_t i = 0; i < 18; ++i) tail.sent(i, i + 1, kMiB, kStart);
  tail.forget_arrived(kStart);
  EXPECT_EQ(tail.first(), 2U) << "the last 16 MiB";
}

TEST(SentTail, CountsNoTimeWithoutAConnection) {
  SentTail tail;
  tail.sent(0, 3, 100, kStart);
  tail.lost(kStart + 4min);
  tail.lost(kStart + 2h);
  tail.forget_arrived(kStart + 2h);
  EXPECT_EQ(tail.first(), 0U);
  tail.sent(0, 3, 100, kStart + 3h);
  tail.forget_arrived(kStart + 3h + 5min);
  EXPECT_EQ(tail.first(), 0U);
  tail.forget_arrived(kStart + 3h + 6min);
  EXPECT_EQ(tail.first(), std::nullopt) << "4 and 6 minutes";
}

TEST(SentTail, KeepsWhatIsSentAgainApartFromWhatIsNew) {
  SentTail tail;
  EXPECT_EQ(tail.cut(9), 9U);
  tail.sent(0, 3, 100, kStart);
  tail.sent(3, 5, 100, kStart + 5min);
  EXPECT_EQ(tail.cut(9), 9U);
  tail.lost(kStart + 9min);  // 9 and 4 minutes
  EXPECT_EQ(tail.cut(9), 5U);
  EXPECT_EQ(tail.cut(4), 4U);
  const auto again = kStart + 1h;
  tail.sent(0, 4, 100, again);  // the time of the younger
  EXPECT_EQ(tail.cut(9), 5U);
  tail.sent(4, 5, 100, again);
  EXPECT_EQ(tail.cut(9), 9U);
  tail.sent(5, 9, 100, again);
  tail.forget_arrived(again + 5min);
  EXPECT_EQ(tail.first(), 0U);
  tail.forget_arrived(again + 6min);
  EXPECT_EQ(tail.first(), 5U);
}

TEST(SentTail, IsLostWholeWhenAConnectionEndsWhileThingsAreSentAgain) {
  SentTail tail;
  tail.sent(0, 3, 100, kStart);
  tail.sent(3, 6, 100, kStart);
  tail.lost(kStart);
  tail.sent(0, 3, 100, kStart);
  tail.lost(kStart);
  EXPECT_EQ(tail.first(), 0U);
  EXPECT_EQ(tail.cut(9), 6U);
}

TEST(SentTail, LosesNothingThatHasLastedLongEnough) {
  SentTail tail;
  tail.sent(0, 3, 100, kStart);
  tail.sent(3, 6, 100, kStart + 1min);
  tail.lost(kStart + 10min);
  EXPECT_EQ(tail.first(), 3U);
}

}  // namespace
}  // namespace hub::audit
