#include <gmock/gmock.h>

#include "tests/cli/london_bundle.h"

namespace hub::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

struct PolicyExplain : LondonBundle {
  [[nodiscard]] Said explain(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments{"policy",      "explain",
                                       "--bundle",    at("schemas"),
                                       "--bundle",    at("london"),
                                       "--from",      "E09000007",
                                       "--to",        "E09000012",
                                       "--type",      "ta.placement_notice",
                                       "--agreement", "london-ta-notice-2026",
                                       "--today",     "2026-11-22"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return hubctl(arguments);
  }
};

TEST_F(PolicyExplain, TellsWhichPermitLetsAGroupPass) {
  const auto said = explain({"--group", "needs"});
  EXPECT_EQ(said.exit, Exit::Ok) << said.err;
  EXPECT_THAT(said.out, AllOf(StartsWith("Taken from the agreement: purpose section-208-notice, "),
                              HasSubstr("Answer     allowed"), HasSubstr("ta-extras-share")));
}

TEST_F(PolicyExplain, TellsWhichGuardrailRefuses) {
  const auto said = explain({"--group", "identifiers", "--purpose", "section-208-notice", "--basis",
                             "ha1996-s208", "--regime", "uk-gdpr", "--handling", "official"});
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.out, AllOf(StartsWith("Question "), HasSubstr("Answer     refused"),
                              HasSubstr("field-group-not-agreed")));
}

TEST_F(PolicyExplain, NamesTheNearestPermitAndWhatItLacks) {
  const auto said = explain({"--door", "view", "--role", "analyst", "--group", "notice"});
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.out, AllOf(HasSubstr("Nearest    ta-view.housing-officer.notice"),
                              HasSubstr("does not hold, policy/templates.cedar:"),
                              HasSubstr("principal in Role::\"housing-officer\"")));
}

TEST_F(PolicyExplain, AsksAboutEveryGroupUnlessOneIsNamed) {
  const auto said = explain({"--json"});
  EXPECT_EQ(said.exit, Exit::Refused);  // identifiers
  std::istringstream lines(said.out);
  std::map<std::string, bool> allowed;
  for (std::string line; std::getline(lines, line);) {
    const auto one = json::parse(line);
    allowed[one.at("field_group")] = one.at("allowed");
    EXPECT_THAT(one.at("full").get<std::string>(), StartsWith("Question"));
  }
  EXPECT_EQ(allowed, (std::map<std::string, bool>{{"children", true},
                                                  {"contact", true},
                                                  {"identifiers", false},
                                                  {"needs", true},
                                                  {"notice", true},
                                                  {"property", true}}));
}

TEST_F(PolicyExplain, SaysWhatIsUnknown) {
  const auto said =
      hubctl({"policy", "explain", "--bundle", at("schemas"), "--bundle", at("london"), "--from",
              "E09000099", "--to", "E09000012", "--type", "none", "--agreement", "none"});
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.out, HasSubstr("is not in the register"));
}

TEST_F(PolicyExplain, NeedsAnAgentAndARecordOrABundle) {
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"policy", "explain"},
                                             {"policy", "explain", "id"},
                                             {"policy", "explain", "--socket", at("none.sock")},
                                             {"policy", "explain", "--bundle", at("nowhere")}}) {
    const auto said = hubctl(arguments);
    EXPECT_EQ(said.exit, Exit::Usage) << testing::PrintToString(arguments);
    EXPECT_NE(said.err, "");
  }
  EXPECT_EQ(explain({"--door", "window"}).exit, Exit::Usage);
  EXPECT_EQ(explain({"--today", "soon"}).exit, Exit::Usage);
}

}  // namespace
}  // namespace hub::cli
