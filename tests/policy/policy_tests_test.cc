// The runner of the tests beside policies, and London's suite.
#include "policy/policy_tests.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/policy/small_bundle.h"

namespace hub::policy {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

json uid(const std::string& type, const std::string& id) { return {{"type", type}, {"id", id}}; }

json a_test() {
  return {{"name", "a notice goes"},
          {"request",
           {{"principal", "Agent::\"E09000007/london-ta-notice-2026\""},
            {"action", "Action::\"share\""},
            {"resource", "FieldGroup::\"ta.placement_notice/notice\""},
            {"context",
             {{"agreement", uid("Agreement", "london-ta-notice-2026")},
              {"sender", {{"__entity", uid("Authority", "E09000007")}}},
              {"recipient", uid("Authority", "E09000012")},
              {"purpose", "section-208-notice"},
              {"legal_basis", "ha1996-s208"},
              {"regime", "uk-gdpr"},
              {"handling", "official-sensitive"},
              {"now", to_ms(kToday)}}}}},
          {"entities", json::array()},
          {"decision", "allow"},
          {"reason", {"ta-notice-share"}},
          {"num_errors", 0}};
}

struct PolicyTests : testing::Test {
  OpenedBundle bundle = open(small_files());

  [[nodiscard]] PolicyTestRun run(const json& tests) const {
    const auto out = run_policy_tests(tests.dump(), "tests/x.json", bundle);
    EXPECT_TRUE(out) << to_text(out.error());
    return out ? *out : PolicyTestRun();
  }
  // What is wrong with the one test.
  [[nodiscard]] std::string wrong(const json& test) const {
    const auto out = run(json::array({test}));
    return out.results.size() == 1 ? out.results[0].wrong : "not one result";
  }
};

TEST_F(PolicyTests, PassWhereTheDecisionIsAsExpected) {
  const auto out = run(json::array({a_test()}));
  EXPECT_EQ(out.failed(), 0U);
  ASSERT_EQ(out.results.size(), 1U);
  EXPECT_EQ(out.results[0].name, "a notice goes");
  EXPECT_THAT(out.allowed_by, ElementsAre("ta-notice-share"));
  EXPECT_THAT(out.refused_by, IsEmpty());
}

TEST_F(PolicyTests, SayWhatWasExpectedAndWhatCame) {
  auto test = a_test();
  test["decision"] = "deny";
  test["reason"] = {"sending-to-oneself", "agreement-expired"};
  EXPECT_EQ(
      wrong(test),
      "expected deny by agreement-expired, sending-to-oneself; came allow by ta-notice-share");
  test = a_test();
  test["reason"] = json::array();
  EXPECT_EQ(wrong(test), "expected allow by nothing; came allow by ta-notice-share");
  test = a_test();
  test["num_errors"] = 2;
  EXPECT_EQ(wrong(test),
            "expected allow by ta-notice-share with 2 errors; came allow by ta-notice-share");
}

TEST_F(PolicyTests, CompareOnlyWhatIsGiven) {
  auto test = a_test();
  for (const auto* key : {"name", "entities", "reason", "num_errors"}) test.erase(key);
  const auto out = run(json::array({test, test}));
  EXPECT_EQ(out.failed(), 0U);
  EXPECT_EQ(out.results[1].name, "test 2");
}

TEST_F(PolicyTests, TakeReasonsInAnyOrder) {
  auto test = a_test();
  test["request"]["context"]["purpose"] = "x";
  test["request"]["context"]["regime"] = "x";
  test["decision"] = "deny";
  test["reason"] = {"regime-not-agreed", "purpose-not-agreed"};
  EXPECT_EQ(wrong(test), "");
}

TEST_F(PolicyTests, LayTheirEntitiesOverTheBundles) {
  auto test = a_test();
  test["decision"] = "deny";
  test["reason"] = {"authority-suspended"};
  test["entities"] = {{{"uid", uid("Authority", "E09000012")}, {"attrs", {{"suspended", true}}}}};
  EXPECT_EQ(wrong(test), "");
  test["reason"] = {"agreement-not-in-force"};
  test["entities"] = {{{"uid", uid("Agreement", "london-ta-notice-2026")},
                       {"attrs", {{"status", "draft"}}},
                       {"parents", json::array()},
                       {"tags", json::object()}}};
  EXPECT_EQ(wrong(test), "");
}

TEST_F(PolicyTests, AddTheirEntitiesToTheBundles) {
  auto test = a_test();
  test["request"]["principal"] = "User::\"E09000012/ann\"";
  test["request"]["action"] = "Action::\"view\"";
  test["request"]["context"]["protected"] = false;
  test["reason"] = {"ta-view-housing"};
  test["entities"] = {{{"uid", uid("User", "E09000012/ann")},
                       {"attrs", {{"authority", uid("Authority", "E09000012")}}},
                       {"parents", {uid("Authority", "E09000012"), uid("Role", "notice-lead")}}}};
  EXPECT_EQ(wrong(test), "");
  test["entities"][0]["parents"].erase(1);
  EXPECT_EQ(wrong(test), "expected allow by ta-view-housing; came deny by nothing");
}

TEST_F(PolicyTests, FailOneByOneWhereTheyMakeNoSense) {
  const auto with = [](const char* pointer, const json& value) {
    auto test = a_test();
    test[json::json_pointer(pointer)] = value;
    return test;
  };
  EXPECT_EQ(wrong(json("x")), "it is no object");
  EXPECT_THAT(wrong(with("/decision", "maybe")), HasSubstr("`decision`"));
  EXPECT_THAT(wrong(with("/decision", nullptr)), HasSubstr("`decision`"));
  EXPECT_THAT(wrong(with("/reason", "x")), HasSubstr("`reason`"));
  EXPECT_THAT(wrong(with("/reason", json::array({3}))), HasSubstr("`reason`"));
  EXPECT_THAT(wrong(with("/num_errors", -1)), HasSubstr("`num_errors`"));
  EXPECT_THAT(wrong(with("/request", 1)), HasSubstr("`request`"));
  for (const json& odd : {json("E09000007"), json("Agent::E09000007"), json("Agent::\"a\" x"),
                          json("Agent::\"a"), json(7), json::object()}) {
    EXPECT_THAT(wrong(with("/request/principal", odd)), HasSubstr("`principal` is no entity"));
  }
  EXPECT_THAT(wrong(with("/request/action", "Action::\"fly\"")), HasSubstr("the context"));
  EXPECT_THAT(wrong(with("/request/resource", "Authority::\"E09000007\"")),
              HasSubstr("the request cannot be asked"));
  EXPECT_THAT(wrong(with("/request/context/now", "noon")), HasSubstr("the context"));
  EXPECT_THAT(wrong(with("/request/context/extra", 1)), HasSubstr("the context"));
  EXPECT_THAT(wrong(with("/entities", 1)), HasSubstr("`entities` is no list"));
  const auto entity = [&](const json& one) { return wrong(with("/entities", json::array({one}))); };
  EXPECT_THAT(entity(3), HasSubstr("no `uid`"));
  EXPECT_THAT(entity({{"uid", uid("Planet", "x")}}), HasSubstr("type"));
  EXPECT_THAT(entity({{"uid", uid("Role", "x")}, {"more", 1}}), HasSubstr("nothing else"));
  EXPECT_THAT(entity({{"uid", uid("Role", "x")}, {"attrs", 1}}), HasSubstr("attrs"));
  EXPECT_THAT(entity({{"uid", uid("Role", "x")}, {"parents", {1}}}), HasSubstr("parent"));
  EXPECT_THAT(entity({{"uid", uid("Authority", "x")}, {"attrs", {{"suspended", "no"}}}}),
              HasSubstr("does not fit"));
}

TEST_F(PolicyTests, AreRefusedAsAFileThatIsNoList) {
  for (const auto* text : {"", "{", "{}", "3", "[", "[1,]"}) {
    const auto out = run_policy_tests(text, "tests/x.json", bundle);
    ASSERT_FALSE(out) << text;
    EXPECT_EQ(out.error().file, "tests/x.json");
    EXPECT_FALSE(out.error().what.empty());
  }
  EXPECT_FALSE(run_policy_tests(json(std::vector<int>(kMaxTests + 1)).dump(), "x", bundle));
  EXPECT_TRUE(run_policy_tests("[]", "x", bundle));
}

TEST_F(PolicyTests, NeverAllowWhereAForbidErrs) {
  // Such a policy would not pass the validator; a bundle opened without it shows the rule.
  auto policies = PolicySet::parse(
      "@id(\"broken\") forbid(principal, action, resource) when { "
      "context.agreement.nick == \"x\" };",
      "x");
  ASSERT_TRUE(policies);
  ASSERT_TRUE(bundle.policies.add(std::move(*policies)).empty());
  auto test = a_test();
  test["decision"] = "deny";
  test["reason"] = json::array();
  test["num_errors"] = 1;
  EXPECT_EQ(wrong(test), "");
}

// The suite that is kept beside London's policies passes, and nothing in them is left untried.
TEST(LondonSuite, PassesAndTriesEveryPolicy) {
  const auto bundle = open(london_files(), london_parties(), london_types());
  std::set<std::string> allowed_by;
  std::set<std::string> refused_by;
  std::size_t tests = 0;
  for (const auto& [path, text] : london_files()) {
    if (!path.starts_with("tests/")) continue;
    const auto run = run_policy_tests(text, path, bundle);
    ASSERT_TRUE(run) << to_text(run.error());
    tests += run->results.size();
    for (const auto& result : run->results)
      EXPECT_EQ(result.wrong, "") << path << ": " << result.name;
    allowed_by.insert(run->allowed_by.begin(), run->allowed_by.end());
    refused_by.insert(run->refused_by.begin(), run->refused_by.end());
  }
  EXPECT_GE(tests, 40U);
  for (const auto& policy : bundle.policies.policies()) {
    const auto& tried = policy->effect == Effect::Permit ? allowed_by : refused_by;
    EXPECT_TRUE(tried.contains(policy->id)) << policy->id;
  }
}

}  // namespace
}  // namespace hub::policy
