// Policies in plain English.
#include "policy/english.h"

#include <gmock/gmock.h>

#include "policy/cedar/policy_set.h"
#include "tests/policy/london.h"

namespace hub::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

PlainPolicy plain(const std::string& text) {
  const auto policies = PolicySet::parse(text, "x", PolicyIds::Positional);
  if (!policies || policies->policies().empty()) {
    ADD_FAILURE() << text;
    return {};
  }
  return in_english(*policies->policies().front());
}

std::string head(const std::string& text) { return plain(text + ";").head; }

std::vector<std::string> when(const std::string& condition) {
  return plain("permit(principal, action, resource) when { " + condition + " };").conditions;
}
std::vector<std::string> unless(const std::string& condition) {
  return plain("permit(principal, action, resource) unless { " + condition + " };").conditions;
}

TEST(PlainPolicy, SaysWhoMayDoWhatWithWhat) {
  EXPECT_EQ(head("permit(principal is Agent, action == Action::\"share\", resource in "
                 "RecordType::\"ta.placement_notice\")"),
            "An authority's agent may share field groups of ta.placement_notice");
  EXPECT_EQ(head("permit(principal == Broker::\"broker\", action == Action::\"relay\", resource)"),
            "The broker may pass on any field group");
  EXPECT_EQ(head("permit(principal is User in Role::\"analyst\", action == Action::\"view\", "
                 "resource == FieldGroup::\"a.b/c\")"),
            "A user with the role analyst may view a.b/c");
  EXPECT_EQ(head("permit(principal in Authority::\"E09000007\", action, resource is FieldGroup)"),
            "Whoever acts for Camden (E09000007) may do anything with anything of type FieldGroup");
  EXPECT_EQ(head("permit(principal == Agent::\"E09000012\", action, resource)"),
            "The agent of Hackney (E09000012) may do anything with any field group");
  EXPECT_EQ(head("permit(principal, action == Action::\"export\", resource)"),
            "Anybody may export any field group");
}

TEST(PlainPolicy, SaysWhoMayNever) {
  EXPECT_EQ(head("forbid(principal, action in [Action::\"share\", Action::\"relay\", "
                 "Action::\"accept\"], resource)"),
            "Nobody may share, pass on or take in any field group");
  EXPECT_EQ(head("forbid(principal in Role::\"operator\", action == Action::\"view\", resource)"),
            "Whoever has the role operator may never view any field group");
}

TEST(PlainPolicy, MakesEachConditionALine) {
  EXPECT_THAT(when("context.agreement == Agreement::\"a-2026\" && principal in context.sender && "
                   "(context.sender.suspended || context.purpose == \"x\")"),
              ElementsAre("the agreement is a-2026", "whoever asks acts for the sender",
                          "the sender is suspended or the purpose is “x”"));
  EXPECT_THAT(unless("principal in context.sender || principal in context.recipient"),
              ElementsAre("whoever asks does not act for the sender",
                          "whoever asks does not act for the recipient"));
  EXPECT_THAT(unless("context.agreement.signed && true == context.sender.suspended"),
              ElementsAre("the agreement is not signed or the sender is not suspended"));
  EXPECT_THAT(plain("permit(principal, action, resource);").conditions, IsEmpty());
}

TEST(PlainPolicy, HasWordsForWhatTheHubsPoliciesSay) {
  EXPECT_THAT(when("context.now < context.agreement.starts"),
              ElementsAre("the moment of asking is before the agreement's start"));
  EXPECT_THAT(unless("context.now < context.agreement.ends"),
              ElementsAre("the moment of asking is not before the agreement's end"));
  EXPECT_THAT(when("context.agreement.retention_days <= 365"),
              ElementsAre("the agreement's retention days is at most 365"));
  EXPECT_THAT(unless("context.agreement.retention_days <= 365"),
              ElementsAre("the agreement's retention days is more than 365"));
  EXPECT_THAT(unless("context.agreement.parties.contains(context.sender)"),
              ElementsAre("the sender is not one of the agreement's parties"));
  EXPECT_THAT(when("context.agreement.handling.contains(context.handling)"),
              ElementsAre("the handling code is one of the agreement's handling codes"));
  EXPECT_THAT(when("[FieldGroup::\"a/b\", FieldGroup::\"a/c\"].contains(resource)"),
              ElementsAre("the field group is a/b or a/c"));
  EXPECT_THAT(when("principal in [Role::\"idva\", Role::\"analyst\"]"),
              ElementsAre("whoever asks has the role idva or analyst"));
  EXPECT_THAT(unless("principal in Role::\"idva\""),
              ElementsAre("whoever asks does not have the role idva"));
  EXPECT_THAT(when("resource in RecordType::\"a\" && resource.domain != \"violence\""),
              ElementsAre("the field group is of the record type a",
                          "the field group's domain is not “violence”"));
  EXPECT_THAT(when("context has purpose && context.agreement has signed"),
              ElementsAre("the purpose is given", "the agreement's signed is given"));
  EXPECT_THAT(when("principal is User && context.agreement.purposes.isEmpty()"),
              ElementsAre("whoever asks is a user", "the agreement's purposes are none"));
  EXPECT_THAT(when("if context.agreement.signed then true else context.sender.suspended"),
              ElementsAre(HasSubstr("if the agreement is signed, then")));
  EXPECT_THAT(when("context.agreement.purposes.containsAny([\"a\", \"b\"])"),
              ElementsAre("the agreement's purposes contain any of “a” or “b”"));
}

TEST(PlainPolicy, NamesGroupsShortlyBehindTheirType) {
  EXPECT_THAT(plain("permit(principal, action, resource in RecordType::\"a.b\") when { resource == "
                    "FieldGroup::\"a.b/c\" || resource == FieldGroup::\"x.y/z\" };")
                  .conditions,
              ElementsAre("the field group is c or the field group is x.y/z"));
}

TEST(PlainPolicy, GivesAsWrittenWhatItHasNoWordsFor) {
  EXPECT_THAT(when("context.purpose like \"a*\""),
              ElementsAre("`context.purpose like \"a*\"` holds"));
  EXPECT_THAT(unless("context.purpose like \"a*\""),
              ElementsAre("`context.purpose like \"a*\"` does not hold"));
  EXPECT_THAT(when("1 + 1 == 2"), ElementsAre("`1 + 1` is 2"));
  EXPECT_THAT(when("ip(\"10.0.0.1\").isLoopback()"), ElementsAre(HasSubstr("isLoopback")));
  EXPECT_EQ(head("permit(principal is Planet in Planet::\"x\", action, resource in Planet::\"y\")"),
            "Whoever is of type Planet of `Planet::\"x\"` may do anything with what is in "
            "`Planet::\"y\"`");
}

TEST(PlainPolicy, HasWordsForAllThatLondonsPoliciesSay) {
  for (const auto& [path, text] : london_files()) {
    if (!path.ends_with(".cedar")) continue;
    const auto policies = PolicySet::parse(text, path);
    ASSERT_TRUE(policies);
    for (const auto& policy : policies->policies()) {
      const auto said = in_english(*policy);
      EXPECT_THAT(said.head, Not(HasSubstr("`"))) << policy->id;
      for (const auto& condition : said.conditions) {
        EXPECT_THAT(condition, Not(HasSubstr("`"))) << policy->id;
      }
    }
  }
}

TEST(Listed, JoinsWordsAsPeopleDo) {
  EXPECT_EQ(listed({}, "or"), "");
  EXPECT_EQ(listed({"a"}, "or"), "a");
  EXPECT_EQ(listed({"a", "b"}, "or"), "a or b");
  EXPECT_EQ(listed({"a", "b", "c"}, "and"), "a, b and c");
}

}  // namespace
}  // namespace hub::policy
