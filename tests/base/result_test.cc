#include "core/base/result.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

namespace hub {
namespace {

enum class Fault : std::uint8_t { Small, Large };

Result<std::unique_ptr<int>, Fault> half_of(int number) {
  if (number > 100) return fail(Fault::Large);
  if (number < 2) return fail(Fault::Small);
  return std::make_unique<int>(number / 2);
}

TEST(Result, HoldsEitherTheValueOrTheFault) {
  const auto half = half_of(8);
  ASSERT_TRUE(half);
  EXPECT_EQ(**half, 4);
  const auto small = half_of(1);
  ASSERT_FALSE(small);
  EXPECT_EQ(small.error(), Fault::Small);
  EXPECT_EQ(half_of(101).error(), Fault::Large);
}

TEST(EnvError, CarriesItsText) {
  const EnvError error("cannot open a.toml: no such file");
  EXPECT_STREQ(error.what(), "cannot open a.toml: no such file");
}

TEST(Require, DoesNothingWhenThePromiseHolds) {
  require(true, "one is one");
  SUCCEED();
}

TEST(RequireDeathTest, EndsTheProcessWithThePromiseThatIsBroken) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(require(false, "two is one"), testing::KilledBySignal(SIGABRT),
              "^hub: broken promise: two is one\n$");
}

}  // namespace
}  // namespace hub
