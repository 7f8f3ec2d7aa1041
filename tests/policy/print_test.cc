// Policies printed: as few parentheses as are needed, and the same policy when read again.
#include "policy/cedar/print.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "policy/cedar/policy_parser.h"

namespace hub::policy {
namespace {

std::string printed(std::string_view expression) {
  const auto parsed = parse_expression(expression);
  if (!parsed) return to_text(parsed.error());
  return to_text(*parsed, static_cast<NodeId>(parsed->nodes.size() - 1));
}

Policy only_policy_of(std::string_view text) {
  auto parsed = parse_policies(text, "t", PolicyIds::Positional);
  EXPECT_TRUE(parsed && parsed->size() == 1) << text;
  return parsed && parsed->size() == 1 ? std::move(parsed->front()) : Policy();
}

TEST(Print, KeepsWhatNeedsNoParentheses) {
  for (const std::string expression : {
           "true",
           "-9223372036854775808",
           R"("a\"\\\n\r\t\x00\x7fé")",
           R"(N::User::"a\"b")",
           "principal == action",
           "if true then 1 else if false then 2 else 3",
           "true || false && 1 == 2",
           "1 + 2 - 3 * 4",
           "1 - 2 * 3 < 4",
           "!!!!true",
           "----1",
           "--context.n",
           "-1.a",
           "1 - -1",
           "-1 * -2",
           "!principal.a.b",
           R"(principal.a["b c"]["if"].d)",
           R"(context["a\x00"])",
           "principal has a.b.c",
           R"(principal has "a b")",
           R"(principal has "if")",
           R"("a" like "a*\*\"*")",
           R"("a" like "")",
           "principal is N::User",
           R"(principal is User in [Team::"a", Team::"b"])",
           "[1, [], {}].contains({a: 1, \"b c\": if true then 1 else 2})",
           "[1].containsAll([]) && [1].containsAny([]) || [].isEmpty()",
           R"(principal.hasTag("a") && principal.getTag("a") >= 1)",
           R"(decimal("1.5").lessThan(context.d))",
           R"(datetime("2024-01-01").offset(duration("1d")).toDate() < context.t)",
           R"(ip("::1").isInRange(context.range) && !context.ip.isIpv4())",
           "1 != 2 && 1 > 2 && 1 <= 2 && resource in context.groups",
       }) {
    EXPECT_EQ(printed(expression), expression);
  }
}

TEST(Print, KeepsParenthesesThatMatter) {
  for (const std::string expression : {
           "(true || false) && true",
           "true && (false && true)",
           "(true && false) && true",
           "true || (false || true)",
           "(if true then true else false) || true",
           "(1 == 2) == true",
           "(1 + 2) * 3",
           "1 - (2 - 3)",
           "1 * (2 * 3)",
           "-(1)",
           "!(-1)",
           "-(!true)",
           "!!!!(!true)",
           "----(-1)",
           "-(1 + 2)",
           "!(1 == 2)",
           "(-1).a",
           "(principal in action).a",
           "(principal is User) in action",
           "(principal has a) == true",
           "(if true then principal else action).name",
           "(1 + 2).contains(3)",
       }) {
    EXPECT_EQ(printed(expression), expression);
  }
}

TEST(Print, DropsParenthesesThatDoNot) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"((true))", "true"},
      {"(true && false) || (1 == 2)", "true && false || 1 == 2"},
      {"(1 * 2) + 3", "1 * 2 + 3"},
      {"(1 - 2) - 3", "1 - 2 - 3"},
      {"(principal.a).b", "principal.a.b"},
      {"!(principal.a)", "!principal.a"},
      {"[(1 + 2), (if true then 1 else 2)]", "[1 + 2, if true then 1 else 2]"},
      {"principal[\"a\"]", "principal.a"},
      {"principal has \"a\"", "principal has a"},
      {"- 1", "-1"},
      {"(1 + 2) == (3)", "1 + 2 == 3"},
  };
  for (const auto& [written, expected] : rows) EXPECT_EQ(printed(written), expected);
}

TEST(Print, WritesAWholePolicy) {
  const std::string text = R"(@id("p")
@note
forbid (principal is User in Team::"a", action in [Action::"read", Action::"write"], resource == File::"f")
when { principal.a }
unless { context.b };)";
  EXPECT_EQ(to_text(only_policy_of(text)), text);
}

TEST(Print, WritesEveryHead) {
  for (const std::string text : {
           "permit (principal, action, resource);",
           R"(permit (principal == User::"a", action == Action::"b", resource in F::"c");)",
           R"(permit (principal is User, action in Action::"b", resource is F in G::"c");)",
           "permit (principal, action in [], resource);",
           "permit (principal == ?principal, action, resource in ?resource);",
           "permit (principal is User in ?principal, action, resource);",
       }) {
    EXPECT_EQ(to_text(only_policy_of(text)), text);
  }
}

TEST(Print, MakesASourceInWhichEveryPartStands) {
  auto policy = only_policy_of(
      R"(permit(principal==User::"a",action,resource is F) when{(1+2)*3==principal.a}unless{!true};)");
  write_source(policy);
  EXPECT_EQ(policy.written(policy.span), to_text(policy));
  EXPECT_EQ(policy.written(policy.principal.span), R"(principal == User::"a")");
  EXPECT_EQ(policy.written(policy.resource.span), "resource is F");
  for (NodeId id = 0; id < policy.expressions.nodes.size(); ++id) {
    EXPECT_EQ(policy.written(policy.expressions.nodes[id].span), to_text(policy.expressions, id));
  }
}

}  // namespace
}  // namespace hub::policy
