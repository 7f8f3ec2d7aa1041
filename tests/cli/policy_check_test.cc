#include <gmock/gmock.h>

#include "tests/cli/london_bundle.h"

namespace hub::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;

struct PolicyCheck : LondonBundle {};

constexpr const char* kPolicy = "london/policy/guardrails.cedar";

TEST_F(PolicyCheck, FindsNothingInLondonsBundleOnTheDay) {
  const auto said = policy("check", kOnTheDay);
  EXPECT_EQ(said.exit, Exit::Ok) << said.out << said.err;
  EXPECT_THAT(said.out, AllOf(HasSubstr("note: the agreement ended on 2026-03-31"),
                              EndsWith("3 record types: no findings\n")));
  EXPECT_EQ(said.err, "");
}

TEST_F(PolicyCheck, ShowsEachFindingWithItsLineAndWhatToDo) {
  change(kPolicy, "Role::\"notice-lead\"", "Role::\"notice-laed\"");
  const auto said = policy("check", kOnTheDay);
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.out,
              HasSubstr(": error: no link and no part of the hub knows the role `notice-laed`\n"));
  EXPECT_THAT(said.out, HasSubstr("^^^^^^^^^^^^^^^^^^^\n  hint: did you mean `notice-lead`?\n"));
  EXPECT_THAT(said.out, EndsWith(": 1 finding\n"));
}

TEST_F(PolicyCheck, HoldsReviewsAgainstTheDay) {
  EXPECT_EQ(policy("check", {"--today", "2027-06-30"}).exit, Exit::Refused);  // the pilot is over
  const auto said = policy("check", {"--today", "2027-07-01"});
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.out, HasSubstr("the policy ta-relay was to be reviewed by 2027-06-30"));
  EXPECT_NE(policy("check").out, "");  // today
}

TEST_F(PolicyCheck, PrintsAnObjectALineForMachines) {
  change(kPolicy, "@owner(\"Information governance lead\")", "");
  auto arguments = kOnTheDay;
  arguments.emplace_back("--json");
  const auto said = policy("check", arguments);
  EXPECT_EQ(said.exit, Exit::Refused);
  std::istringstream lines(said.out);
  std::vector<json> found;
  for (std::string line; std::getline(lines, line);) found.push_back(json::parse(line));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].at("rule"), "agreement-ended");
  EXPECT_EQ(found[0].at("level"), "note");
  EXPECT_EQ(found[0].at("line"), 8);
  EXPECT_EQ(found[1].at("level"), "error");
  EXPECT_EQ(found[1].at("file"), "policy/guardrails.cedar");
  EXPECT_EQ(found[1].at("what"), "the policy has no @owner");
}

TEST_F(PolicyCheck, TellsTheMistakesOfTheCatalogueFirst) {
  change("schemas/catalogue/ta.placement_notice.fbs", "table PlacementNotice", "tabel X");
  const auto said = policy("check", kOnTheDay);
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.out, AllOf(HasSubstr("ta.placement_notice.fbs"),
                              HasSubstr("the catalogue cannot be read; nothing behind it was")));
}

TEST_F(PolicyCheck, TakesABundlesTextToo) {
  ASSERT_EQ(hubctl({"bundle", "make", "--hub", "test.hub", "--register", "1", "--from",
                    at("schemas"), "--from", at("london"), "--out", at("bundle")})
                .exit,
            Exit::Ok);
  const auto said = hubctl({"policy", "check", at("bundle"), "--today", "2026-11-22"});
  EXPECT_EQ(said.exit, Exit::Ok) << said.out << said.err;
}

TEST_F(PolicyCheck, EndsWithTwoWhenTheCommandMakesNoSense) {
  put("file", "no bundle");
  std::filesystem::create_directories(folder.path() / "empty");
  const std::vector<std::vector<std::string>> cases{
      {"policy", "check"},
      {"policy", "check", at("nowhere")},
      {"policy", "check", at("file")},
      {"policy", "check", at("empty")},
      {"policy", "check", at("london"), at("london")},
      {"policy", "check", at("london"), "--today", "tomorrow"}};
  for (const auto& arguments : cases) {
    const auto said = hubctl(arguments);
    EXPECT_EQ(said.exit, Exit::Usage) << testing::PrintToString(arguments);
    EXPECT_NE(said.err, "");
  }
  for (const auto* text : {"{}", R"({"kind": "bundle"})", R"({"kind": "bundle", "files": []})",
                           R"({"kind": "bundle", "files": {"policy/a.cedar": 3}})"}) {
    put("file", text);
    EXPECT_EQ(hubctl({"policy", "check", at("file")}).exit, Exit::Usage) << text;
  }
}

}  // namespace
}  // namespace hub::cli
