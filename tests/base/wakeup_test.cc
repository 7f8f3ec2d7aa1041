#include "core/base/wakeup.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

namespace hub {
namespace {

bool readable(const Wakeup& wakeup, int patience_ms = 0) {
  pollfd wanted{.fd = wakeup.fd(), .events = POLLIN, .revents = 0};
  return ::poll(&wanted, 1, patience_ms) == 1 && (wanted.revents & POLLIN) != 0;
}

TEST(Wakeup, IsReadableFromSignalToClear) {
  const Wakeup wakeup;
  EXPECT_FALSE(readable(wakeup));
  wakeup.signal();
  EXPECT_TRUE(readable(wakeup));
  EXPECT_TRUE(readable(wakeup)) << "looking took the signal away";
  wakeup.clear();
  EXPECT_FALSE(readable(wakeup));
}

TEST(Wakeup, MergesSignals) {
  const Wakeup wakeup;
  for (int i = 0; i < 1000; ++i) wakeup.signal();
  wakeup.clear();
  EXPECT_FALSE(readable(wakeup));
  wakeup.clear();  // With nothing to clear it returns at once, too.
  wakeup.signal();
  EXPECT_TRUE(readable(wakeup));
}

TEST(Wakeup, WakesAnotherThreadThatPolls) {
  constexpr int patience_ms = 30'000;
  const Wakeup wakeup;
  bool woken = false;
  std::thread other([&] { woken = readable(wakeup, patience_ms); });
  wakeup.signal();
  other.join();
  EXPECT_TRUE(woken);
}

}  // namespace
}  // namespace hub
