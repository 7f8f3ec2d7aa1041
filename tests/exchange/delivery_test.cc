#include "broker/delivery.h"

#include <gtest/gtest.h>

namespace hub::broker {
namespace {

using schemas::Priority;

struct Queues : testing::Test {
  Delivery delivery;
  Uuid stream{{1}};

  void add(SliceId id, Priority priority = Priority::Bulk, std::uint64_t position = 0) {
    delivery.add({id, "A", "B", priority, stream,
                  position == 0 ? static_cast<std::uint64_t>(id) : position});
  }
  std::vector<SliceId> take() { return delivery.take("B"); }
};

TEST_F(Queues, GiveNothingToARecipientThatIsAway) {
  add(1);
  EXPECT_TRUE(take().empty());
  EXPECT_EQ(delivery.waiting("B"), 1U);
}

TEST_F(Queues, KeepOrderAndTheRecipientsWindow) {
  for (SliceId id = 1; id <= 5; ++id) add(id);
  delivery.connected("B", 2);
  EXPECT_EQ(take(), (std::vector<SliceId>{1, 2}));
  EXPECT_TRUE(take().empty());
  delivery.settled("B", 1);
  EXPECT_EQ(take(), (std::vector<SliceId>{3}));
}

TEST_F(Queues, LetUrgentOvertakeBulk) {
  add(1);
  add(2);
  add(3, Priority::Urgent);
  delivery.connected("B", 2);
  EXPECT_EQ(take(), (std::vector<SliceId>{3, 1}));
}

TEST_F(Queues, GiveWhatWasOnItsWayAgainInTheNextSessionInOrder) {
  for (SliceId id = 1; id <= 3; ++id) add(id);
  delivery.connected("B", 2);
  (void)take();
  delivery.disconnected("B");
  EXPECT_EQ(delivery.waiting("B"), 3U);
  delivery.connected("B", 8);
  EXPECT_EQ(take(), (std::vector<SliceId>{1, 2, 3}));
}

TEST_F(Queues, OfOtherRecipientsAreNotHeldUpByASlowOne) {
  delivery.connected("B", 1);
  delivery.connected("C", 1);
  for (SliceId id = 1; id <= 10; ++id) add(id);
  delivery.add({11, "A", "C", Priority::Bulk, stream, 0});
  (void)take();
  EXPECT_EQ(delivery.take("C"), (std::vector<SliceId>{11}));
}

TEST_F(Queues, RewindAStreamToThePositionExpected) {
  delivery.connected("B", 8);
  add(2, Priority::Bulk, 20);
  add(1, Priority::Bulk, 10);
  EXPECT_EQ(take(), (std::vector<SliceId>{2, 1}));
  EXPECT_TRUE(delivery.rewind("B", stream, 10));
  EXPECT_EQ(take(), (std::vector<SliceId>{1, 2}));
}

TEST_F(Queues, ParkAStreamUntilTheMissingSliceComes) {
  delivery.connected("B", 8);
  add(5, Priority::Bulk, 50);
  (void)take();
  EXPECT_FALSE(delivery.rewind("B", stream, 40));
  EXPECT_TRUE(take().empty());
  add(6, Priority::Bulk, 60);
  EXPECT_TRUE(take().empty());
  EXPECT_EQ(delivery.waiting("B"), 2U);
  add(7, Priority::Bulk, 40);
  EXPECT_EQ(take(), (std::vector<SliceId>{7, 5, 6}));
}

TEST_F(Queues, CountWhatTheyHold) {
  for (SliceId id = 1; id <= 3; ++id) add(id);
  delivery.connected("B", 1);
  (void)take();
  EXPECT_EQ(delivery.total(), 3U);
  delivery.settled("B", 1);
  delivery.remove("B", 3);
  EXPECT_EQ(delivery.total(), 1U);
}

}  // namespace
}  // namespace hub::broker
