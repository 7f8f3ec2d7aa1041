// Policies as texts: heads, annotations, mistakes, limits, templates, the index.
#include "policy/cedar/policy_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/cedar/authorizer.h"
#include "policy/cedar/entities_json.h"

namespace hub::policy {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ResultOf;

constexpr std::string_view kWhole = R"(// A policy that uses much of the language.
@id("p")
@note
permit (principal is User in Team::"a", action in [Action::"read", Action::"write"], resource)
when { principal has a.b && context.x like "a*b\*" && (1 - -2 * 3) >= 0 }
unless { [1, "two", {three: resource.tags}].contains(if true then User::"ann" else -1) };
)";

bool parses(std::string_view text) { return PolicySet::parse(text, "t").has_value(); }

std::vector<ParseError> mistakes_in(std::string_view text) {
  const auto set = PolicySet::parse(text, "t.cedar");
  return set ? std::vector<ParseError>() : set.error();
}

Response ask(const PolicySet& set, const std::string& action = "read", const Entities& world = {}) {
  return authorize(set, world, {{"User", "ann"}, {"Action", action}, {"File", "f"}, Record()});
}

PolicySet parsed(std::string_view text, PolicyIds ids = PolicyIds::Annotated) {
  auto set = PolicySet::parse(text, "t.cedar", ids);
  EXPECT_TRUE(set) << (set ? "" : to_text(set.error().front()));
  return set ? std::move(*set) : PolicySet();
}

TEST(PolicyText, KeepsAnnotationsHeadsAndPlaces) {
  const auto set = parsed("\n" + std::string(kWhole));
  ASSERT_EQ(set.policies().size(), 1U);
  const auto& policy = *set.policies().front();
  EXPECT_EQ(policy.id, "p");
  EXPECT_EQ(policy.line, 3U);
  ASSERT_NE(policy.annotation("note"), nullptr);
  EXPECT_EQ(*policy.annotation("note"), "");
  EXPECT_EQ(policy.annotation("other"), nullptr);
  EXPECT_EQ(policy.principal.type, "User");
  EXPECT_EQ(policy.action.actions.size(), 2U);
  EXPECT_EQ(policy.conditions.size(), 2U);
  EXPECT_EQ(policy.written(policy.principal.span), "principal is User in Team::\"a\"");
}

TEST(PolicyText, IsRefusedAtEveryTruncationThatCutsAPolicy) {
  const auto first = kWhole.find('@');
  const auto last = kWhole.rfind(';');
  for (std::size_t size = first + 1; size <= last; ++size) {
    EXPECT_FALSE(parses(kWhole.substr(0, size))) << size;
  }
  EXPECT_TRUE(parses(kWhole.substr(0, last + 1)));
}

TEST(PolicyText, IsRefusedWithOneByteTooMany) {
  for (const char* more : {"x", ";", ")", "\"", "@", "\xff", "\x01", "#", "/*"}) {
    EXPECT_FALSE(parses(std::string(kWhole) + more)) << more;
  }
}

bool has_a_place(const ParseError& mistake) {
  return mistake.line >= 1 && mistake.column >= 1 && !mistake.what.empty();
}

TEST(PolicyText, WithAnyBitFlippedIsReadOrRefusedWithAPlace) {
  for (std::size_t bit = 0; bit < 8 * kWhole.size(); ++bit) {
    std::string changed(kWhole);
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_THAT(mistakes_in(changed), Each(ResultOf(has_a_place, true))) << "bit " << bit;
  }
}

TEST(PolicyText, MayBeEmptyOrCommentsOnly) {
  EXPECT_TRUE(parses(""));
  EXPECT_TRUE(parses("// nothing"));
  EXPECT_FALSE(parses(";"));
  EXPECT_FALSE(parses("permit(principal, action, resource);;"));
}

TEST(PolicyText, SkipsUnicodeWhiteSpaceAndLineComments) {
  EXPECT_TRUE(parses("permit(principal,\u00a0action,\u2028resource) // c\r when { true };"));
  EXPECT_FALSE(parses("\ufeffpermit(principal, action, resource);"));
  EXPECT_FALSE(parses("permit(principal, action, resource) /* c */;"));
}

TEST(PolicyHead, AdmitsCedarsForms) {
  for (const char* head : {
           "(principal, action, resource)",
           "(principal, action, resource,)",
           R"((principal == User::"a", action == Action::"b", resource == N::F::"c"))",
           R"((principal in User::"a", action in Action::"b", resource in F::"c"))",
           R"((principal is N::User, action in [], resource is F in G::"c"))",
           R"((principal, action in [Action::"a", N::Action::"b",], resource))",
           "(principal == ?principal, action, resource in ?resource)",
           "(principal is User in ?principal, action, resource)",
       }) {
    EXPECT_TRUE(parses(std::string("permit") + head + ";")) << head;
  }
}

TEST(PolicyHead, RefusesWhatIsNotOne) {
  for (const char* head : {
           "()",
           "(principal)",
           "(principal, resource, action)",
           "(principal, action, resource,,)",
           R"((principal != User::"a", action, resource))",
           R"((principal in [User::"a"], action, resource))",
           "(principal == ?resource, action, resource)",
           "(principal, action == ?action, resource)",
           R"((principal is User == User::"a", action, resource))",
           "(principal, action is Action, resource)",
           R"((principal, action == User::"a", resource))",
           R"((principal, action == XAction::"a", resource))",
           R"((principal, action in [Action::"a", User::"a"], resource))",
           "(principal: User, action, resource)",
           "(principal, action, resource is F in G)",
       }) {
    EXPECT_FALSE(parses(std::string("permit") + head + ";")) << head;
  }
}

TEST(PolicyAnnotations, MayBeNamedByKeywordsAndNotRepeat) {
  EXPECT_TRUE(parses("@if(\"x\") @__cedar @ a (\"y\" ) permit(principal, action, resource);"));
  EXPECT_FALSE(parses("@a @a permit(principal, action, resource);"));
  EXPECT_FALSE(parses("@a() permit(principal, action, resource);"));
  EXPECT_FALSE(parses("@a(1) permit(principal, action, resource);"));
}

TEST(PolicyConditions, MayRepeatAndMayNotBeEmpty) {
  EXPECT_TRUE(
      parses("permit(principal, action, resource) when {true} unless {false} when {true};"));
  EXPECT_FALSE(parses("permit(principal, action, resource) when { };"));
  EXPECT_FALSE(parses("permit(principal, action, resource) advice { true };"));
  EXPECT_FALSE(parses("permit(principal, action, resource) when { true }"));
}

TEST(ParseMistakes, SayWhereWhatAndWhatInstead) {
  const auto mistakes = mistakes_in("permit(principal, action, resource)\nwhen { 1 = 2 };");
  ASSERT_EQ(mistakes.size(), 1U);
  EXPECT_EQ(to_text(mistakes.front()), "t.cedar:2:10: `=` is not an operator; write ==");
}

TEST(ParseMistakes, AreListedForEveryPolicyOfTheText) {
  const auto mistakes = mistakes_in(
      "permit(principal, action);\n"
      "permit(principal, action, resource);\n"
      "forbid(principal, action, resource) when { };\n"
      "Permit(principal, action, resource);\n");
  ASSERT_EQ(mistakes.size(), 3U);
  EXPECT_EQ(mistakes[0].line, 1U);
  EXPECT_EQ(mistakes[1].line, 3U);
  EXPECT_EQ(mistakes[2].line, 4U);
  EXPECT_THAT(mistakes[2].hint, HasSubstr("permit"));
}

TEST(ParseMistakes, StopAtTwenty) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "permit(x);\n";
  EXPECT_EQ(mistakes_in(text).size(), 20U);
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

bool parses_nested(std::string_view open, std::string_view close, std::size_t levels) {
  return parses("permit(principal, action, resource) when { " + repeated(open, levels) + "true" +
                repeated(close, levels) + " };");
}

TEST(PolicyLimits, RefuseDeepNestingOfEveryKind) {
  const std::vector<std::pair<std::string, std::string>> kinds{{"(", ")"},
                                                               {"[", "]"},
                                                               {"{a: ", "}"},
                                                               {"!(", ")"},
                                                               {"[].contains(", ")"},
                                                               {"if true then true else ", ""}};
  for (const auto& [open, close] : kinds) {
    EXPECT_TRUE(parses_nested(open, close, 100)) << open;
    EXPECT_FALSE(parses_nested(open, close, 300)) << open;
    EXPECT_FALSE(parses_nested(open, close, 20'000)) << open;
  }
}

TEST(PolicyLimits, RefuseLongChainsOfAttributes) {
  const auto chain = [](std::size_t links) {
    return "permit(principal, action, resource) when { context" + repeated(".a", links) + " };";
  };
  EXPECT_TRUE(parses(chain(100)));
  EXPECT_FALSE(parses(chain(20'000)));
}

TEST(PolicyLimits, AdmitLongFlatChains) {
  std::string chain = "true";
  for (int i = 0; i < 5'000; ++i) chain += " && true";
  const auto set = parsed("permit(principal, action, resource) when { " + chain + " };");
  EXPECT_TRUE(ask(set).allowed);
}

TEST(PolicyLimits, RefuseTooManyBytesAndTokens) {
  EXPECT_FALSE(parses(std::string(kMaxPolicyBytes + 1, ' ')));
  EXPECT_TRUE(parses(std::string(kMaxPolicyBytes, ' ')));
  std::string commas;
  for (std::size_t i = 0; i <= kMaxPolicyTokens; ++i) commas += ',';
  const auto mistakes = mistakes_in(commas);
  ASSERT_FALSE(mistakes.empty());
  EXPECT_THAT(mistakes.front().what, HasSubstr("tokens"));
}

TEST(PolicyIds, ComeFromTheAnnotationOrThePlace) {
  const std::string text =
      "@id(\"x\") permit(principal, action, resource);"
      "permit(principal, action, resource);";
  EXPECT_THAT(ask(parsed(text)).reasons, ElementsAre("x", "policy1"));
  EXPECT_THAT(ask(parsed(text, PolicyIds::Positional)).reasons, ElementsAre("policy0", "policy1"));
}

TEST(PolicySetAdd, ReportsATakenIdAndThenAddsNothing) {
  auto set = parsed("@id(\"a\") permit(principal, action, resource);");
  EXPECT_THAT(set.add(parsed("@id(\"b\") forbid(principal, action, resource);")), IsEmpty());
  const auto mistakes =
      set.add(parsed("@id(\"c\") permit(principal, action, resource);\n"
                     "@id(\"a\") permit(principal, action, resource);"));
  ASSERT_EQ(mistakes.size(), 1U);
  EXPECT_EQ(mistakes.front().line, 2U);
  EXPECT_EQ(set.policies().size(), 2U);
  EXPECT_EQ(set.find("c"), nullptr);
  EXPECT_THAT(ask(set).reasons, ElementsAre("b"));
}

TEST(PolicySetParse, ReportsAnIdUsedTwiceInOneText) {
  EXPECT_FALSE(
      parses("@id(\"a\") permit(principal, action, resource);"
             "@id(\"a\") forbid(principal, action, resource);"));
}

TEST(PolicySetIndex, FindsPoliciesByActionGroupsIncluded) {
  const auto set = parsed(R"(
    @id("any") permit(principal, action, resource);
    @id("read") permit(principal, action == Action::"read", resource);
    @id("group") permit(principal, action in Action::"all", resource);
    @id("list") permit(principal, action in [Action::"read", Action::"write", Action::"read"], resource);
    @id("late") permit(principal, action, resource);)");
  EXPECT_THAT(ask(set, "read").reasons, ElementsAre("any", "read", "list", "late"));
  EXPECT_THAT(ask(set, "other").reasons, ElementsAre("any", "late"));
  const auto world = parse_entities(R"([{"uid": {"type": "Action", "id": "read"}, "attrs": {},
      "parents": [{"type": "Action", "id": "all"}]}])");
  ASSERT_TRUE(world);
  EXPECT_THAT(ask(set, "read", *world).reasons,
              ElementsAre("any", "read", "group", "list", "late"));
}

TEST(Templates, AreNotEvaluatedUntilTheyAreLinked) {
  auto set = parsed(R"(@id("t") permit(principal == ?principal, action, resource in ?resource);)");
  EXPECT_EQ(set.templates().size(), 1U);
  EXPECT_FALSE(ask(set).allowed);
  const EntityUid ann{"User", "ann"};
  const EntityUid file{"File", "f"};
  EXPECT_EQ(set.link("t", "linked", ann, std::nullopt), LinkError::MissingSlot);
  EXPECT_EQ(set.link("none", "linked", ann, file), LinkError::NoSuchTemplate);
  EXPECT_EQ(set.link("t", "t", ann, file), LinkError::IdTaken);
  EXPECT_EQ(set.link("t", "linked", ann, file), std::nullopt);
  EXPECT_EQ(set.link("linked", "again", ann, file), LinkError::NoSuchTemplate);
  EXPECT_THAT(ask(set).reasons, ElementsAre("linked"));
}

TEST(Templates, TakeNoEntityForASlotTheyDoNotHave) {
  auto set = parsed(R"(@id("t") permit(principal == ?principal, action, resource);)");
  EXPECT_EQ(set.link("t", "l", EntityUid{"User", "ann"}, EntityUid{"File", "f"}),
            LinkError::UnknownSlot);
}

}  // namespace
}  // namespace hub::policy
