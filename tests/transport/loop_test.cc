#include "core/transport/loop.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>
#include <string>
#include <thread>

namespace hub::transport {
namespace {

using std::chrono::milliseconds;

// Moved by hand.
struct HandClock : Clock {
  [[nodiscard]] Time now() const override { return from_ms(ms); }
  [[nodiscard]] SteadyTime steady() const override { return SteadyTime(milliseconds(ms)); }
  std::int64_t ms = 1000;
};

struct LoopTest : testing::Test {
  HandClock clock;
  Loop loop{clock};
  std::string order;

  auto note(char what) {
    return [this, what] { order += what; };
  }
  // One turn: what is due and posted now runs.
  void turn() {
    loop.stop();
    loop.run();
  }
};

struct Pair {
  Pair() {
    std::array<int, 2> fds{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()), 0);
    here = FileDescriptor(fds[0]);
    there = FileDescriptor(fds[1]);
  }
  void say() const { EXPECT_EQ(::send(there.get(), "x", 1, MSG_NOSIGNAL), 1); }
  void hear() const {
    char byte = 0;
    EXPECT_EQ(::recv(here.get(), &byte, 1, 0), 1);
  }
  FileDescriptor here;
  FileDescriptor there;
};

TEST_F(LoopTest, RunsWhatIsPostedInOrderFromAnyThread) {
  loop.post(note('a'));
  loop.post([this] {
    order += 'b';
    loop.post(note('d'));
  });
  loop.post(note('c'));
  std::thread other([this] { loop.post([this] { loop.post([this] { loop.stop(); }); }); });
  loop.run();
  other.join();
  EXPECT_EQ(order, "abcd");
}

TEST_F(LoopTest, RunsTimersWhenTheClockHasReachedThem) {
  loop.after(milliseconds(20), note('b'));
  loop.after(milliseconds(10), note('a'));
  turn();
  EXPECT_EQ(order, "");
  clock.ms += 10;
  turn();
  EXPECT_EQ(order, "a");
  clock.ms += 1000;
  turn();
  EXPECT_EQ(order, "ab");
}

TEST_F(LoopTest, RepeatsATimerAndMakesUpForMissedTimesWithOneCall) {
  const auto timer = loop.every(milliseconds(10), note('x'));
  for (int i = 0; i < 3; ++i) {
    clock.ms += 10;
    turn();
  }
  EXPECT_EQ(order, "xxx");
  clock.ms += 1000;
  turn();
  EXPECT_EQ(order, "xxxx");
  loop.cancel(timer);
  clock.ms += 1000;
  turn();
  EXPECT_EQ(order, "xxxx");
}

TEST_F(LoopTest, LetsATimerCancelItselfAndOthers) {
  Loop::Timer later = 0;
  Loop::Timer itself = 0;
  itself = loop.every(milliseconds(10), [&] {
    order += 'x';
    loop.cancel(itself);
    loop.cancel(later);
  });
  later = loop.after(milliseconds(10), note('y'));
  clock.ms += 10;
  turn();
  clock.ms += 100;
  turn();
  EXPECT_EQ(order, "x");
}

TEST_F(LoopTest, RunsATimerStartedByATimerInALaterTurn) {
  loop.after(milliseconds(0), [this] {
    order += 'a';
    loop.after(milliseconds(0), note('b'));
  });
  turn();
  EXPECT_EQ(order, "a");
  turn();
  EXPECT_EQ(order, "ab");
}

TEST_F(LoopTest, CallsAsLongAsThereIsSomethingToRead) {
  const Pair pair;
  loop.watch(pair.here.get(), note('r'));
  turn();
  EXPECT_EQ(order, "");
  pair.say();
  turn();
  turn();
  EXPECT_EQ(order, "rr");
  pair.hear();
  turn();
  EXPECT_EQ(order, "rr");
  loop.forget(pair.here.get());
}

TEST_F(LoopTest, CallsWhenTheOtherEndHangsUp) {
  Pair pair;
  loop.watch(pair.here.get(), note('r'));
  pair.there.close();
  turn();
  EXPECT_EQ(order, "r");
  loop.forget(pair.here.get());
}

TEST_F(LoopTest, CallsForRoomToWriteUntilToldNotTo) {
  const Pair pair;
  loop.watch(pair.here.get(), note('r'));
  loop.watch_writable(pair.here.get(), note('w'));
  turn();
  pair.say();
  turn();
  EXPECT_EQ(order, "wrw");
  loop.forget_writable(pair.here.get());
  turn();
  EXPECT_EQ(order, "wrwr");
  loop.forget(pair.here.get());
  turn();
  EXPECT_EQ(order, "wrwr");
}

TEST_F(LoopTest, GivesNoEventOfAForgottenDescriptorToItsSuccessor) {
  // Both are ready in the same turn; the first forgets the second and another takes its number.
  Pair first;
  Pair second;
  Pair fresh;
  const int number = second.here.get();
  const auto swap = [&](const Pair& mine) {
    loop.forget(mine.here.get());
    if (order.empty()) {
      loop.forget(number);
      second.here.close();
      second.here =
          FileDescriptor(::fcntl(fresh.here.get(), F_DUPFD_CLOEXEC, number));  // NOLINT(*-vararg)
      ASSERT_EQ(second.here.get(), number);
      loop.watch(number, note('!'));
    }
    order += 'x';
  };
  loop.watch(first.here.get(), [&] { swap(first); });
  loop.watch(number, note('?'));
  first.say();
  second.say();
  turn();
  // In whichever order they came: what is watched now has nothing to read.
  EXPECT_EQ(order.find('!'), std::string::npos);
  fresh.say();
  turn();
  EXPECT_EQ(order.back(), '!');
  loop.forget(number);
}

TEST_F(LoopTest, PassesAnExceptionOnAndRunsTheRestNextTime) {
  loop.post(note('a'));
  loop.post([] { throw std::runtime_error("no"); });
  loop.post(note('b'));
  EXPECT_THROW(loop.run(), std::runtime_error);
  EXPECT_EQ(order, "a");
  turn();
  EXPECT_EQ(order, "ab");
}

TEST_F(LoopTest, StopsOnASignal) {
  loop.stop_on({SIGUSR1});
  ASSERT_EQ(::pthread_kill(::pthread_self(), SIGUSR1), 0);
  loop.run();
  SUCCEED() << "run() came back";
}

TEST_F(LoopTest, NeverGivesANumberTwice) {
  const auto first = loop.next_number();
  const auto timer = loop.after(milliseconds(1), note('a'));
  EXPECT_LT(first, timer);
  EXPECT_LT(timer, loop.next_number());
  loop.cancel(timer);
}

}  // namespace
}  // namespace hub::transport
