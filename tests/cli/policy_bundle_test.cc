#include <gmock/gmock.h>

#include "tests/cli/london_bundle.h"

namespace hub::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct PolicyBundle : LondonBundle {
  [[nodiscard]] Said pack(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"--hub", "test.hub", "--register", "1",
                                       "--out", at("out"),  "--today",    "2026-11-22"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return policy("bundle", arguments);
  }
};

TEST_F(PolicyBundle, WritesTheTextThatBundleMakeWrites) {
  const auto said = pack();
  ASSERT_EQ(said.exit, Exit::Ok) << said.out << said.err;
  EXPECT_THAT(said.out, AllOf(HasSubstr(": no findings\n"), HasSubstr(" tests, 0 failed\n"),
                              HasSubstr("out: bundle 1, ")));
  ASSERT_EQ(hubctl({"bundle", "make", "--hub", "test.hub", "--register", "1", "--from",
                    at("schemas"), "--from", at("london"), "--out", at("made")})
                .exit,
            Exit::Ok);
  EXPECT_EQ(text_of("out"), text_of("made"));
}

TEST_F(PolicyBundle, SignsItWithAKey) {
  make_keys("E09000007");
  const auto said = pack({"--key", at("E09000007-governance.key"), "--authority", "E09000007"});
  ASSERT_EQ(said.exit, Exit::Ok) << said.err;
  EXPECT_THAT(said.out, HasSubstr("signed for E09000007"));
  EXPECT_THAT(text_of("out"), HasSubstr("E09000007/governance "));
  const auto next = pack({"--previous", at("out")});
  EXPECT_THAT(next.out, HasSubstr("bundle 2, ")) << next.err;
}

TEST_F(PolicyBundle, WritesNothingOnAFinding) {
  change("london/policy/guardrails.cedar", "2027-06-30", "2026-06-30");
  const auto said = pack();
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.out, HasSubstr(": 1 finding\n"));
  EXPECT_THAT(said.err, HasSubstr("nothing was written"));
  EXPECT_FALSE(is_there("out"));
}

TEST_F(PolicyBundle, WritesNothingWhenATestFails) {
  take_out_link("london/links/placement_notice.json", "ta-relay");
  const auto said = pack();
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.out, HasSubstr(" failed\n"));
  EXPECT_FALSE(is_there("out"));
}

TEST_F(PolicyBundle, SaysWhenThereAreNoTests) {
  std::filesystem::remove_all(folder.path() / "london/tests");
  const auto said = pack();
  EXPECT_EQ(said.exit, Exit::Ok) << said.err;
  EXPECT_THAT(said.out, HasSubstr("no tests beside the policies\n"));
}

TEST_F(PolicyBundle, EndsWithTwoWhenTheCommandMakesNoSense) {
  EXPECT_EQ(pack({"--key", "k"}).exit, Exit::Usage);
  EXPECT_EQ(policy("bundle", {"--hub", "test.hub"}).exit, Exit::Usage);
  EXPECT_FALSE(is_there("out"));
}

}  // namespace
}  // namespace hub::cli
