#include "core/base/local_user.h"

#include <gtest/gtest.h>

namespace hub {
namespace {

TEST(LocalUserName, IsTheNameThatTheMachineKnows) { EXPECT_EQ(local_user_name(0), "root"); }

TEST(LocalUserName, IsTheNumberWhereTheMachineKnowsNone) {
  EXPECT_EQ(local_user_name(4'000'000'123), "uid:4000000123");
}

}  // namespace
}  // namespace hub
