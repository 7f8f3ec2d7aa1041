#include <gmock/gmock.h>

#include "tests/cli/london_bundle.h"

namespace hub::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

struct PolicyTestVerb : LondonBundle {};

TEST_F(PolicyTestVerb, PassesLondonsSuite) {
  const auto said = policy("test");
  EXPECT_EQ(said.exit, Exit::Ok) << said.out << said.err;
  EXPECT_THAT(said.out, EndsWith(" tests, 0 failed\n"));
}

TEST_F(PolicyTestVerb, PrintsALineForEachFailure) {
  take_out_link("london/links/marac_transfer.json", "marac-view-address");
  const auto said = policy("test");
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.out,
              HasSubstr("people.json: an IDVA sees the address of a protected transfer: expected "
                        "allow by marac-view-address.idva; came deny by nothing\n"));
  EXPECT_THAT(said.out, testing::Not(EndsWith(" tests, 0 failed\n")));
}

TEST_F(PolicyTestVerb, TakesTestsFromElsewhere) {
  put("mine.json", R"([{"name": "a\nb", "decision": "perhaps"}])");
  const auto said = policy("test", {"--tests", at("mine.json")});
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_EQ(said.out,
            "mine.json: a b: `decision` is neither \"allow\" nor \"deny\"\n1 tests, 1 failed\n");
}

TEST_F(PolicyTestVerb, EndsWithTwoWhenThereIsNothingToRun) {
  put("london/tests/broken.json", "{");
  EXPECT_EQ(policy("test").exit, Exit::Usage);
  std::filesystem::remove_all(folder.path() / "london/tests");
  const auto said = policy("test");
  EXPECT_EQ(said.exit, Exit::Usage);
  EXPECT_THAT(said.err, HasSubstr("--tests"));
}

TEST_F(PolicyTestVerb, RefusesABundleThatAgentsWouldRefuse) {
  put("london/policy/broken.cedar", "permit (");
  const auto said = policy("test");
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.err, HasSubstr("policy/broken.cedar:1"));
}

}  // namespace
}  // namespace hub::cli
