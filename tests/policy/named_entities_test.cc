// What policies name must be there: in the catalogue, in the bundle, among the roles.
#include "policy/named_entities.h"

#include <gmock/gmock.h>

#include <set>

#include "policy/london_authorities.h"
#include "policy/roles.h"
#include "tests/policy/london.h"

namespace hub::policy {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Agreements london_agreements() {
  Agreements out;
  for (const auto& [path, text] : london_files()) {
    if (!path.starts_with("agreements/")) continue;
    auto agreement = parse_agreement(text, path);
    if (agreement) out.emplace(agreement->id, *agreement);
  }
  return out;
}

std::vector<std::string> unknown_in(const std::string& text) {
  const auto policies = PolicySet::parse(text, "policy/x.cedar");
  if (!policies) {
    ADD_FAILURE() << to_text(policies.error().front());
    return {};
  }
  std::vector<std::string> out;
  for (const auto& finding : unknown_names(*policies, london_agreements(), london_types())) {
    out.push_back(show(finding));
  }
  return out;
}

std::vector<std::string> unknown_when(const std::string& condition) {
  return unknown_in("permit(principal, action, resource) when { " + condition + " };");
}

TEST(UnknownNames, AreNoneInLondonsPolicies) {
  for (const auto& [path, text] : london_files()) {
    if (!path.ends_with(".cedar")) continue;
    EXPECT_THAT(unknown_in(text), IsEmpty()) << path;
  }
}

TEST(UnknownNames, AreFoundOfEveryKindWithWhatWasMeant) {
  EXPECT_THAT(unknown_when("resource in RecordType::\"ta.placement_notise\""),
              ElementsAre(AllOf(HasSubstr("the catalogue has no record type `ta.placement_notise`"),
                                HasSubstr("did you mean `ta.placement_notice`?"))));
  EXPECT_THAT(unknown_when("resource == FieldGroup::\"violence.marac_transfer/victim_adress\""),
              ElementsAre(HasSubstr("did you mean `violence.marac_transfer/victim_address`?")));
  EXPECT_THAT(unknown_when("context.agreement == Agreement::\"london-ta-notice-2025\""),
              ElementsAre(AllOf(HasSubstr("the bundle has no agreement `london-ta-notice-2025`"),
                                HasSubstr("did you mean `london-ta-notice-2026`?"))));
  EXPECT_THAT(
      unknown_when("principal in Role::\"housing-oficer\""),
      ElementsAre(AllOf(HasSubstr("no link and no part of the hub knows the role `housing-oficer`"),
                        HasSubstr("did you mean `housing-officer`?"))));
  EXPECT_THAT(unknown_when("context.sender == Authority::\"E09000034\""),
              ElementsAre(AllOf(HasSubstr("`E09000034` is the code of no authority of London"),
                                HasSubstr("E09000001 to E09000033"))));
  EXPECT_THAT(unknown_when("principal == Agent::\"E10000001/london-ta-notice-2026\""), SizeIs(1));
  EXPECT_THAT(unknown_when("principal == User::\"E09000099/ann\""), SizeIs(1));
  EXPECT_THAT(unknown_when("principal == Agent::\"E09000001\""), SizeIs(1));
  EXPECT_THAT(unknown_when("principal == Broker::\"brocker/london-ta-notice-2026\""), SizeIs(1));
  EXPECT_THAT(unknown_when("principal == Broker::\"broker\""), SizeIs(1));
  EXPECT_THAT(unknown_when("principal in Guest::\"capital-leters\""),
              ElementsAre(HasSubstr("did you mean `capital-letters`?")));
}

TEST(UnknownNames, AreNoneOfWhatIsThere) {
  EXPECT_THAT(unknown_when("principal == Agent::\"E09000001/london-ta-notice-2026\" || "
                           "principal == Broker::\"broker/london-ta-notice-2026\" || "
                           "principal in Guest::\"idva-service\" || "
                           "principal == User::\"E09000033/ann\" || principal in Role::\"idva\" || "
                           "principal in Authority::\"E09000017\""),
              IsEmpty());
}

TEST(UnknownNames, AreFoundInHeadsSetsAndTemplates) {
  EXPECT_THAT(
      unknown_in("forbid(principal in Role::\"nobody-has-it\", action, resource == "
                 "FieldGroup::\"ta.placement_notice/nothing\");"),
      ElementsAre(HasSubstr("policy/x.cedar:1:8: error"), HasSubstr("policy/x.cedar:1:52: error")));
  EXPECT_THAT(unknown_when("[Role::\"idva\", Role::\"udva\"].contains(Role::\"idvas\")"),
              SizeIs(2));
  EXPECT_THAT(
      unknown_in("permit(principal == ?principal, action, resource in RecordType::\"none\");"),
      SizeIs(1));
}

TEST(UnknownNames, AreUnderlinedWhereTheyStand) {
  EXPECT_THAT(
      unknown_in("permit(principal, action, resource)\nwhen {\n  resource in "
                 "RecordType::\"x\"\n};"),
      ElementsAre(HasSubstr("policy/x.cedar:3:15: error: the catalogue has no record type "
                            "`x`\n  3 |   resource in RecordType::\"x\"\n    |               "
                            "^^^^^^^^^^^^^^^\n")));
}

TEST(UnknownNames, RefuseTheBundleThatHasThem) {
  auto files = london_files();
  auto& text = files["policy/west_london_pilot.cedar"];
  const std::string named = "FieldGroup::\"ta.placement_notice/identifiers\"";
  text.replace(text.find(named), named.size(), "FieldGroup::\"ta.placement_notice/identifier\"");
  const auto made = Rulebook::make(files, london_parties(), london_types());
  ASSERT_FALSE(made);
  ASSERT_EQ(made.error().size(), 1U);
  EXPECT_THAT(to_text(made.error().front()),
              HasSubstr("the catalogue has no field group `ta.placement_notice/identifier`"));
}

TEST(LondonAuthorities, AreThirtyThreeInOrderOfCode) {
  const auto all = london_authorities();
  ASSERT_EQ(all.size(), 33U);
  for (int i = 1; i <= 33; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i) - 1].code, authority(i));
  EXPECT_EQ(name_of_authority("E09000007"), "Camden");
  EXPECT_EQ(name_of_authority("E09000034"), "");
  EXPECT_EQ(name_of_authority(""), "");
}

TEST(HubRoles, AreNamedOnce) {
  const auto all = hub_roles();
  EXPECT_EQ(std::set<std::string_view>(all.begin(), all.end()).size(), all.size());
}

}  // namespace
}  // namespace hub::policy
