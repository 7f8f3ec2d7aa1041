#include "cli/progress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace hub::cli {
namespace {

TEST(Progress, IsSilentWhereThereIsNoTerminal) {
  std::ostringstream err;
  {
    Progress progress(err, false, "sending");
    progress.update(1, 10);
    progress.update(10, 10);
  }
  EXPECT_EQ(err.str(), "");
}

TEST(Progress, ShowsABarAndTakesItAwayAtTheEnd) {
  std::ostringstream err;
  {
    Progress progress(err, true, "sending");
    progress.update(5, 10);
    EXPECT_EQ(err.str(), "\rsending [" + std::string(20, '#') + std::string(20, '.') + "] 50 %");
    progress.update(10, 10);
    EXPECT_TRUE(err.str().ends_with("\rsending [" + std::string(40, '#') + "] 100 %"));
  }
  EXPECT_TRUE(err.str().ends_with("\r\033[K"));
}

TEST(Progress, ShowsNothingOfNothing) {
  std::ostringstream err;
  {
    Progress progress(err, true, "sending");
    progress.update(0, 0);
  }
  EXPECT_EQ(err.str(), "");
}

// As of a file that grows while it is sent.
TEST(Progress, OfMoreThanThereWasIsAHundredPercent) {
  std::ostringstream err;
  Progress progress(err, true, "sending");
  progress.update(11, 10);
  EXPECT_EQ(err.str(), "\rsending [" + std::string(40, '#') + "] 100 %");
}

TEST(Progress, IsDrawnAtMostOnceInAWhile) {
  std::ostringstream err;
  Progress progress(err, true, "sending");
  for (std::uint64_t i = 1; i < 100'000; ++i) progress.update(i, 100'000);
  EXPECT_LT(std::ranges::count(err.str(), '\r'), 1000);
}

}  // namespace
}  // namespace hub::cli
