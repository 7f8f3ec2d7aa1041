#include <gmock/gmock.h>

#include "tests/cli/london_bundle.h"

namespace hub::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kGuardrails = "new/policy/guardrails.cedar";
constexpr const char* kNotices = "new/links/placement_notice.json";

struct PolicyDiff : LondonBundle {
  void SetUp() override {
    LondonBundle::SetUp();
    // What is not asked about here only takes time: every question is asked.
    for (const auto* gone :
         {"agreements/london-local-connection-2026.json", "agreements/west-london-pilot-2025.json",
          "links/local_connection_referral.json", "links/west_london_pilot.json",
          "policy/west_london_pilot.cedar"}) {
      ASSERT_TRUE(std::filesystem::remove(folder.path() / "london" / gone)) << gone;
    }
    std::filesystem::copy(folder.path() / "london", folder.path() / "new",
                          std::filesystem::copy_options::recursive);
    // Few authorities, so that each flip can be listed.
    for (const auto* party : {"broker", "E09000007", "E09000009", "E09000012"}) make_keys(party);
    std::vector<std::string> arguments{
        "register", "make", "--hub", "test.hub",    "--broker", at("broker/public.json"),
        "--quorum", "2",    "--out", at("register")};
    for (const auto* party : {"E09000007", "E09000009", "E09000012"}) {
      arguments.insert(arguments.end(), {"--authority", at(std::string(party) + "/public.json")});
    }
    ASSERT_EQ(hubctl(arguments).exit, Exit::Ok);
    ASSERT_EQ(hubctl({"register", "sign", at("register"), "--key", at("E09000007-governance.key"),
                      "--authority", "E09000007"})
                  .exit,
              Exit::Ok);
  }
  [[nodiscard]] Said diff(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"policy",  "diff",        at("london"), at("new"),
                                       "--with",  at("schemas"), "--register", at("register"),
                                       "--today", "2026-11-22"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return hubctl(arguments);
  }
};

TEST_F(PolicyDiff, FindsNoFlipBetweenABundleAndItself) {
  const auto said = diff();
  EXPECT_EQ(said.exit, Exit::Ok) << said.err;
  EXPECT_THAT(said.out, EndsWith(" decisions compared, 0 loosened, 0 tightened\n"));
}

TEST_F(PolicyDiff, GroupsFlipsByWhoDecided) {
  take_out_link(kNotices, "ta-view-analyst");
  const auto said = diff();
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.out,
              HasSubstr("TIGHTENED  allowed by ta-view-analyst.needs; now refused: no permit"));
  EXPECT_THAT(said.out, AllOf(HasSubstr("\nview by analyst at the recipient "),
                              HasSubstr("\nview by analyst, protected at the sender "),
                              HasSubstr("  ta.placement_notice/needs  ")));
  EXPECT_THAT(said.out, HasSubstr("all 3"));
  EXPECT_THAT(said.out, Not(HasSubstr("LOOSENED")));
  EXPECT_THAT(said.out, HasSubstr(" 0 loosened, "));
}

TEST_F(PolicyDiff, ListsEachFlipForMachinesAndForPeople) {
  change(kGuardrails, "unless { context.agreement.purposes.contains(context.purpose) };",
         "unless { context.agreement.purposes.contains(context.purpose) || context.purpose == "
         "\"research\" };");
  const auto said = diff({"--json"});
  EXPECT_EQ(said.exit, Exit::Refused);
  std::istringstream lines(said.out);
  std::vector<json> found;
  for (std::string line; std::getline(lines, line);) found.push_back(json::parse(line));
  ASSERT_GT(found.size(), 1U);
  const auto counts = found.back();
  found.pop_back();
  EXPECT_EQ(counts.at("loosened"), found.size());
  EXPECT_EQ(counts.at("tightened"), 0);
  for (const auto& flip : found) {
    EXPECT_EQ(flip.at("purpose"), "research");
    EXPECT_EQ(flip.at("before").at("policies"), json{"purpose-not-agreed"});
    EXPECT_FALSE(flip.at("before").at("allowed").get<bool>());
    EXPECT_TRUE(flip.at("after").at("allowed").get<bool>());
    EXPECT_TRUE(flip.at("sender").get<std::string>().starts_with("E09"));
  }
  const auto all = diff({"--all"});
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(all.out, '\n')), found.size() + 1);
  EXPECT_THAT(all.out, HasSubstr("E09000007 to E09000012 loosened share ta.placement_notice/"));
}

TEST_F(PolicyDiff, TakesBundleNotesAsSides) {
  const auto make = [&](const std::string& from, const std::string& out) {
    return hubctl({"bundle", "make", "--hub", "test.hub", "--register", "1", "--from",
                   at("schemas"), "--from", at(from), "--out", at(out)})
        .exit;
  };
  take_out_link(kNotices, "ta-relay");
  ASSERT_EQ(make("london", "old-bundle"), Exit::Ok);
  ASSERT_EQ(make("new", "new-bundle"), Exit::Ok);
  ASSERT_EQ(hubctl({"bundle", "sign", at("new-bundle"), "--key", at("E09000007-governance.key"),
                    "--authority", "E09000007"})
                .exit,
            Exit::Ok);
  const auto by_folder = diff();
  const auto by_note = hubctl({"policy", "diff", at("old-bundle"), at("new-bundle"), "--register",
                               at("register"), "--today", "2026-11-22"});
  EXPECT_EQ(by_note.exit, Exit::Refused) << by_note.err;
  EXPECT_EQ(by_note.out, by_folder.out);
}

TEST_F(PolicyDiff, ReplaysALog) {
  take_out_link(kNotices, "ta-notice-share");
  put("log",
      R"({"index":1,"entry":{"act":"disclosure","party":"E09000007","time":1795341600000,"sender":"E09000007","recipient":"E09000012","record_type":"ta.placement_notice","agreement":"london-ta-notice-2026","purpose":"section-208-notice","legal_basis":"ha1996-s208","regime":"uk-gdpr","handling":"official-sensitive","field_groups":["notice","needs"],"count":2}}
{"index":2,"entry":{"act":"consultation","outcome":"log-read"}}
)");
  const auto said = diff({"--log", at("log")});
  EXPECT_EQ(said.exit, Exit::Refused) << said.err;
  EXPECT_THAT(said.out,
              AllOf(HasSubstr("2 log entries, 1 replayed\n1 not replayed: a look: the log holds no "
                              "roles\n"),
                    HasSubstr("E09000007  E09000012\n"),
                    EndsWith("2 decisions compared, 0 loosened, 1 tightened\n")));
}

TEST_F(PolicyDiff, RefusesASideThatAgentsWouldRefuse) {
  change(kGuardrails, "Role::\"notice-lead\"", "Role::\"none\"");
  const auto said = diff();
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.err, AllOf(HasSubstr("new is refused as agents would refuse it"),
                              HasSubstr("no link and no part of the hub knows the role `none`")));
  EXPECT_EQ(said.out, "");
}

TEST_F(PolicyDiff, EndsWithTwoOrThreeWhenItCannotCompare) {
  EXPECT_EQ(hubctl({"policy", "diff", at("london")}).exit, Exit::Usage);
  EXPECT_EQ(hubctl({"policy", "diff", at("london"), at("none")}).exit, Exit::Usage);
  EXPECT_EQ(diff({"--log", at("none")}).exit, Exit::Usage);
  put("no-register", "text\n");
  EXPECT_EQ(hubctl({"policy", "diff", at("london"), at("new"), "--with", at("schemas"),
                    "--register", at("no-register")})
                .exit,
            Exit::Environment);
}

}  // namespace
}  // namespace hub::cli
