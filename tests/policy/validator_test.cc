// The strict validator: what it accepts, what it finds, and how it tells it.
#include "policy/cedar/validator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/cedar/schema_text.h"
#include "policy/cedar/suggestion.h"
#include "tests/policy/validator_schema.h"

namespace hub::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<Finding> found_in(const std::string& text, std::size_t steps = kMaxValidationSteps) {
  const auto set = PolicySet::parse(text, "p.cedar", PolicyIds::Positional);
  if (!set) {
    ADD_FAILURE() << to_text(set.error().front());
    return {};
  }
  return validate(*set, library_schema(), steps);
}

std::vector<FindingKind> kinds_in(const std::string& text) {
  std::vector<FindingKind> out;
  for (const auto& finding : found_in(text)) out.push_back(finding.kind);
  return out;
}

// The findings of a condition where a user borrows a book.
std::vector<FindingKind> kinds_when(const std::string& condition) {
  return kinds_in("permit(principal is User, action == Action::\"borrow\", resource) when { " +
                  condition + " };");
}

using Kind = FindingKind;

TEST(Validator, AcceptsWhatCannotFail) {
  for (const auto* condition : {
           "principal.age > 17 && resource.pages + 1 <= 500",
           "principal has nick && principal.nick like \"a*\"",
           "principal has nick && principal[\"nick\"] == \"a\"",
           "principal has home.street && principal.home.street == \"x\"",
           "if principal has nick then principal.nick == \"a\" else false",
           "(principal has nick || principal has nick) && principal.nick == \"a\"",
           "principal.hasTag(\"t\") && principal.getTag(\"t\") == \"x\"",
           "principal in Group::\"g\" && principal in principal.groups",
           "principal.groups.containsAny([Group::\"a\", Group::\"b\"])",
           "!(resource is Shelf) && context has loan.days && context.loan.days == 3",
           "{a: {b: true}}.a.b && [1, 2].contains(principal.age)",
           "resource == Shelf::\"s\" || principal == User::\"u\"",
           "1 == \"a\" || Colour::\"red\" == principal.colour",
           "action in Action::\"all\" && action == Action::\"borrow\"",
       }) {
    EXPECT_THAT(kinds_when(condition), IsEmpty()) << condition;
  }
}

TEST(Validator, RefusesOperandsOfTheWrongType) {
  for (const auto* condition : {
           "principal",
           "3",
           "!3",
           "3 && true",
           "true && 3",
           "false || \"a\"",
           "1 < \"a\"",
           "1 + \"a\" == 2",
           "-\"a\" == 1",
           "1 like \"a\"",
           "3 is User",
           "3 in principal",
           "principal in 3",
           "principal in [3]",
           "1.contains(2)",
           "\"a\".isEmpty()",
           "principal.groups.containsAll(3)",
           "principal.age has x",
           "principal.age.x == 1",
           "principal.age.hasTag(\"a\")",
           "principal.hasTag(3)",
           "principal has age.x",
           "if 3 then true else false",
           "if principal.age > 3 then principal else principal",
       }) {
    EXPECT_THAT(kinds_when(condition), ElementsAre(Kind::UnexpectedType)) << condition;
  }
}

TEST(Validator, LooksAtNothingBehindWhatIsDecided) {
  EXPECT_THAT(kinds_when("true || 3"), IsEmpty());
  EXPECT_THAT(kinds_when("if true then true else 3"), IsEmpty());
  EXPECT_THAT(kinds_when("false && 3"), ElementsAre(Kind::ImpossiblePolicy));
  EXPECT_THAT(kinds_when("{a: false}.a && 3"), ElementsAre(Kind::ImpossiblePolicy));
  EXPECT_THAT(kinds_when("principal is Visitor in 3"), ElementsAre(Kind::ImpossiblePolicy));
  EXPECT_THAT(kinds_when("principal has nothing && principal.nothing.at.all"),
              ElementsAre(Kind::ImpossiblePolicy));
  EXPECT_THAT(kinds_when("false } when { 3"), ElementsAre(Kind::ImpossiblePolicy));
  EXPECT_THAT(kinds_in("permit(principal is Visitor, action, resource) when { principal is User && "
                       "principal.age > 3 };"),
              ElementsAre(Kind::ImpossiblePolicy));
}

TEST(Validator, WantsAGuardBeforeWhatMayBeAbsent) {
  for (const auto* condition : {
           "principal.nick == \"a\"",
           "principal has nick || principal.nick == \"a\"",
           "!(principal has nick) && principal.nick == \"a\"",
           "(if principal has nick then true else principal.age > 3) && principal.nick == \"a\"",
           "(principal has nick || principal has colour) && principal.nick == \"a\"",
           "User::\"a\" has nick && User::\"b\".nick == \"a\"",
           "context.loan has days",
       }) {
    EXPECT_THAT(kinds_when(condition), ElementsAre(Kind::UnguardedAttribute)) << condition;
  }
  for (const auto* condition : {
           "principal.getTag(\"t\") == \"x\"",
           "principal.hasTag(\"s\") && principal.getTag(\"t\") == \"x\"",
           "resource.getTag(\"t\") == \"x\"",
       }) {
    EXPECT_THAT(kinds_when(condition), ElementsAre(Kind::UnguardedTag)) << condition;
  }
}

TEST(Validator, WantsOneTypeWhereTypesMeet) {
  for (const auto* condition : {
           "principal.age == \"a\"",
           "principal == 3",
           "[1, \"a\"] == [1]",
           "[User::\"a\", Group::\"g\"].contains(principal)",
           "[1].contains(\"a\")",
           "[1].containsAny([\"a\"])",
           "principal.home == {street: \"a\"}",
           "(if principal.age > 3 then 1 else \"a\") == 1",
           "(if principal.age > 3 then {a: 1} else {b: 1}) has a",
       }) {
    EXPECT_THAT(kinds_when(condition), ElementsAre(Kind::IncompatibleTypes)) << condition;
  }
  EXPECT_THAT(kinds_when("[] == [1]"), ElementsAre(Kind::EmptySet));
  EXPECT_THAT(kinds_in("permit(principal, action in [], resource);"),
              ElementsAre(Kind::NoApplicableAction, Kind::EmptySet));
}

TEST(Validator, ChecksCallsOfExtensionFunctions) {
  EXPECT_THAT(kinds_when("ip(\"10.0.0.1\").isInRange(ip(\"10.0.0.0/8\"))"), IsEmpty());
  EXPECT_THAT(kinds_when("datetime(\"2026-11-22\").offset(duration(\"1h\")).toTime() > "
                         "duration(\"1d\") && decimal(\"1.0\").lessThan(decimal(\"2.0\"))"),
              IsEmpty());
  EXPECT_THAT(kinds_when("ip(\"x\").isLoopback()"), ElementsAre(Kind::InvalidText));
  EXPECT_THAT(kinds_when("datetime(\"2026-02-30\") < datetime(\"2026-03-01\")"),
              ElementsAre(Kind::InvalidText));
  EXPECT_THAT(kinds_when("ip(principal.home.city).isLoopback()"), ElementsAre(Kind::NotLiteral));
  EXPECT_THAT(kinds_when("ip(\"::1\").isInRange()"), ElementsAre(Kind::WrongArgumentCount));
  EXPECT_THAT(kinds_when("ip(\"::1\").isIpv4(3)"), ElementsAre(Kind::WrongArgumentCount));
  EXPECT_THAT(kinds_when("decimal(1).lessThan(decimal(\"2.0\"))"),
              ElementsAre(Kind::UnexpectedType));
  EXPECT_THAT(kinds_when("datetime(\"2026-11-22\") < duration(\"1d\")"),
              ElementsAre(Kind::UnexpectedType));
  EXPECT_THAT(kinds_when("decimal(\"1.0\") < decimal(\"2.0\")"),
              ElementsAre(Kind::UnexpectedType, Kind::UnexpectedType));
}

TEST(Validator, KnowsEveryNameOfThePolicy) {
  EXPECT_THAT(kinds_when("principal.ages == 3"), ElementsAre(Kind::NoSuchAttribute));
  EXPECT_THAT(kinds_when("action.x == 3"), ElementsAre(Kind::NoSuchAttribute));
  EXPECT_THAT(kinds_when("context.x == 3"), ElementsAre(Kind::NoSuchAttribute));
  EXPECT_THAT(kinds_when("principal == Usr::\"u\""), ElementsAre(Kind::UnknownEntityType));
  EXPECT_THAT(kinds_when("true || principal is Usr"), ElementsAre(Kind::UnknownEntityType));
  EXPECT_THAT(kinds_when("true || action == Action::\"brow\""), ElementsAre(Kind::UnknownAction));
  EXPECT_THAT(kinds_when("principal.colour == Colour::\"blue\""), ElementsAre(Kind::UndeclaredId));
  EXPECT_THAT(kinds_in("permit(principal == Usr::\"u\", action, resource);"),
              ElementsAre(Kind::NoApplicableAction, Kind::UnknownEntityType));
  EXPECT_THAT(kinds_in("permit(principal, action in [Action::\"x\", Action::\"read\"], resource);"),
              ElementsAre(Kind::NoApplicableAction, Kind::UnknownAction));
}

TEST(Validator, WantsAnActionThatAppliesToTheHead) {
  for (const auto* head : {
           "principal == Group::\"g\", action, resource",
           "principal in Book::\"b\", action, resource",
           "principal, action == Action::\"all\", resource",
           "principal is Visitor, action == Action::\"borrow\", resource",
           "principal is Group in ?principal, action, resource",
       }) {
    EXPECT_THAT(kinds_in("permit(" + std::string(head) + ");"),
                ElementsAre(Kind::NoApplicableAction, Kind::ImpossiblePolicy))
        << head;
  }
  const auto found = found_in("permit(principal == Group::\"g\", action, resource);");
  ASSERT_FALSE(found.empty());
  EXPECT_THAT(found.front().hint, HasSubstr("`in` instead of `==`"));
}

TEST(Validator, WarnsOfWhatCanNeverBe) {
  for (const auto* condition : {
           "principal in Book::\"b\"",
           "principal == Book::\"b\"",
           "resource is User",
           "action in Action::\"read\"",
           "Action::\"all\" in Action::\"borrow\"",
           "action has x",
           "resource.hasTag(\"t\")",
           "true } unless { true",
           "1 == 2",
       }) {
    EXPECT_THAT(kinds_when(condition), ElementsAre(Kind::ImpossiblePolicy)) << condition;
  }
  EXPECT_FALSE(has_errors(found_in("permit(principal, action, resource) when { false };")));
}

TEST(Validator, ChecksTemplatesOnceAndWhatIsLinkedForItsEntities) {
  auto set = PolicySet::parse(
      "permit(principal in ?principal, action, resource == ?resource) when { principal.x };",
      "p.cedar", PolicyIds::Positional);
  ASSERT_TRUE(set);
  ASSERT_FALSE(set->link("policy0", "good", EntityUid{"Group", "g"}, EntityUid{"Book", "b"}));
  ASSERT_FALSE(set->link("policy0", "bad", EntityUid{"Grup", "g"}, EntityUid{"Book", "b"}));
  std::vector<std::pair<std::string, FindingKind>> found;
  for (const auto& finding : validate(*set, library_schema())) {
    found.emplace_back(finding.policy_id, finding.kind);
  }
  EXPECT_THAT(found, ElementsAre(std::pair("bad", Kind::NoApplicableAction),
                                 std::pair("bad", Kind::UnknownEntityType),
                                 std::pair("policy0", Kind::NoSuchAttribute),
                                 std::pair("policy0", Kind::NoSuchAttribute)));
}

TEST(Validator, BlamesALinkForNothingThatItsTemplateSays) {
  auto set = PolicySet::parse(
      "permit(principal in ?principal, action, resource) when { principal == Colour::\"blue\" || "
      "principal is Grup || action == Action::\"no\" };",
      "p.cedar", PolicyIds::Positional);
  ASSERT_TRUE(set);
  ASSERT_FALSE(set->link("policy0", "link", EntityUid{"Group", "g"}, {}));
  const auto found = validate(*set, library_schema());
  EXPECT_TRUE(has_errors(found));
  for (const auto& finding : found) EXPECT_EQ(finding.policy_id, "policy0") << show(finding);
}

TEST(Validator, TakesActionForATypeInEveryNamespace) {
  for (const auto* condition : {"principal is Town::Action", "resource is Nowhere::Action"}) {
    EXPECT_THAT(kinds_when(condition), ElementsAre(Kind::ImpossiblePolicy)) << condition;
  }
  EXPECT_THAT(kinds_when("action is Nowhere::Actions"), testing::Contains(Kind::UnknownEntityType));
}

TEST(Validator, WantsListedActionsToBeOfOneNamespace) {
  const auto schema = parse_schema(
      "entity U, W; action a, c appliesTo {principal: U, resource: U};"
      "namespace N { action b appliesTo {principal: W, resource: W}; action d; }",
      "t");
  ASSERT_TRUE(schema);
  const auto errors_in = [&](const std::string& head) {
    const auto set = PolicySet::parse("permit(" + head + ");", "p.cedar", PolicyIds::Positional);
    EXPECT_TRUE(set);
    std::vector<FindingKind> out;
    for (const auto& finding : validate(*set, *schema)) {
      if (finding.severity() == Severity::Error) out.push_back(finding.kind);
    }
    return out;
  };
  for (const auto* head :
       {R"(principal, action in [Action::"a", N::Action::"b"], resource)",
        R"(principal is U, action in [Action::"a", N::Action::"d"], resource)",
        R"(principal in W::"w", action in [N::Action::"b", Action::"c"], resource)"}) {
    EXPECT_THAT(errors_in(head), ElementsAre(Kind::IncompatibleTypes)) << head;
  }
  for (const auto* head : {R"(principal, action in [Action::"a", Action::"c"], resource)",
                           R"(principal, action in [N::Action::"b", N::Action::"d"], resource)"}) {
    EXPECT_THAT(errors_in(head), IsEmpty()) << head;
  }
  EXPECT_THAT(errors_in(R"(principal is W, action in [Action::"a", N::Action::"d"], resource)"),
              ElementsAre(Kind::NoApplicableAction, Kind::IncompatibleTypes));
}

TEST(Validator, WarnsOfTextsThatMayBeTakenForOthers) {
  EXPECT_THAT(kinds_when("\"\u0430a\" == principal.home.city"), ElementsAre(Kind::MixedScripts));
  EXPECT_THAT(kinds_when("principal.home.city like \"*\u0430a\""), ElementsAre(Kind::MixedScripts));
  EXPECT_THAT(kinds_when("principal == User::\"a\u202Eb\""), ElementsAre(Kind::BidirectionalText));
  EXPECT_THAT(kinds_when("principal == User::\"\u00BD\""), ElementsAre(Kind::UnusualCharacter));
  EXPECT_THAT(kinds_when("principal == User::\"na\u00EFve\u65E5\""),
              ElementsAre(Kind::MixedScripts));
  EXPECT_THAT(kinds_when("principal == User::\"\u65E5\u672C\u30AB\""), IsEmpty());
  EXPECT_THAT(kinds_when("principal == User::\"a b!\""), IsEmpty());
}

TEST(Validator, ShowsTheLineAndThePlace) {
  const auto found = found_in(
      "permit(principal is User, action == Action::\"borrow\", resource)\n"
      "when { true &&\t principal.nick == \"\u00E9\" };\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().policy_id, "policy0");
  EXPECT_EQ(found.front().line, 2U);
  EXPECT_EQ(found.front().column, 17U);
  EXPECT_EQ(show(found.front()),
            "p.cedar:2:17: error: the attribute `nick` is optional and may be absent\n"
            "  2 | when { true &&  principal.nick == \"\u00E9\" };\n"
            "    |                 ^^^^^^^^^^^^^^\n"
            "  hint: ask first: `principal has nick` && ...\n");
}

TEST(Validator, ShowsNoCharacterThatDisturbsTheLine) {
  const auto found = found_in(
      "permit(principal is User, action == Action::\"borrow\", resource) when { principal == "
      "User::\"a\u202Eb\x1B\" };");
  ASSERT_EQ(found.size(), 1U);
  const auto shown = show(found.front());
  EXPECT_THAT(shown, HasSubstr("`a\\u{202e}b\\u{1b}`"));
  EXPECT_EQ(shown.find("\u202E"), std::string::npos);
  EXPECT_EQ(shown.find('\x1B'), std::string::npos);
}

TEST(Validator, ShowsPartOfALongLine) {
  const auto found =
      found_in("permit(principal is User, action == Action::\"borrow\", resource) when {" +
               std::string(5000, ' ') + "3" + std::string(5000, ' ') + "};");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_LT(show(found.front()).size(), 500U);
  EXPECT_THAT(show(found.front()), HasSubstr("^\n"));
}

TEST(Validator, SuggestsTheNearestName) {
  const auto hint_of = [](const std::string& condition) {
    const auto found = found_in(
        "permit(principal is User, action == Action::\"borrow\", resource) when { true || " +
        condition + " };");
    return found.empty() ? std::string() : found.front().hint;
  };
  EXPECT_EQ(hint_of("principal is Usr"), "did you mean `User`?");
  EXPECT_EQ(hint_of("principal is Hall"), "did you mean `Town::Hall`?");
  EXPECT_EQ(hint_of("action == Action::\"borow\""), "did you mean `borrow`?");
  EXPECT_EQ(hint_of("principal is Xylophone"), "");
}

TEST(Suggestion, CountsTheChangesBetweenTwoNames) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("ab", "ba"), 2U);
}

TEST(Validator, GivesUpAtItsLimits) {
  const auto found = found_in("permit(principal, action, resource) when { 3 == 4 };", 3);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.back().kind, Kind::TooMuch);
  EXPECT_TRUE(has_errors(found));

  std::string many;
  for (int i = 0; i < 3000; ++i) many += "permit(principal is X, action, resource);\n";
  const auto cut = found_in(many);
  EXPECT_EQ(cut.size(), kMaxFindings);
  EXPECT_EQ(cut.back().kind, Kind::TooMuch);
}

TEST(Validator, FindsEverythingImpossibleUnderAnEmptySchema) {
  const auto set = PolicySet::parse("permit(principal, action, resource);", "p.cedar");
  ASSERT_TRUE(set);
  EXPECT_TRUE(has_errors(validate(*set, Schema())));
  EXPECT_THAT(validate(PolicySet(), library_schema()), IsEmpty());
}

}  // namespace
}  // namespace hub::policy
