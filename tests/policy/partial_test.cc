// Partial evaluation: what is left decides as the whole would have, errors included.
#include "policy/cedar/partial.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "policy/cedar/policy_parser.h"
#include "policy/cedar/policy_set.h"
#include "policy/cedar/print.h"

namespace hub::policy {
namespace {

Value text(std::string_view words) { return Value(words); }
Value number(std::int64_t value) { return Value(value); }

Entities world() {
  std::vector<Entity> out;
  out.push_back({{"User", "ann"},
                 {{"level", number(3)}, {"best", Value(EntityUid{"Doc", "d1"})}},
                 {{"Team", "t1"}},
                 {{"key", text("a")}}});
  out.push_back({{"Team", "t1"}, {{"size", number(INT64_MAX)}}, {{"Team", "t2"}}, {}});
  out.push_back({{"Team", "t2"}, {}, {}, {}});
  return promised(Entities::make(std::move(out)), "the entities are sound");
}

OpenRequest open_request() {
  OpenRequest out;
  out.principal = {"User", "ann"};
  out.action = {"Action", "view"};
  out.resource_type = "Doc";
  out.context = {{"now", number(7)}, {"flag", Value(true)}};
  out.open_context = {"x", "y"};
  return out;
}

std::string left_of(const std::string& condition) {
  const auto parsed = parse_expression(condition);
  if (!parsed) return to_text(parsed.error());
  const auto entities = world();
  const auto request = open_request();
  const auto left = PartialEvaluator(entities, request)
                        .condition(*parsed, static_cast<NodeId>(parsed->nodes.size() - 1));
  switch (left.kind) {
    case Partial::Kind::False: return "false";
    case Partial::Kind::True: return "true";
    case Partial::Kind::Erred: return "error";
    case Partial::Kind::Open: return to_text(left.residual, left.root);
  }
  return {};
}

TEST(PartialEvaluation, WorksOutWhatIsKnown) {
  EXPECT_EQ(left_of("principal.level + 4 == context.now"), "true");
  EXPECT_EQ(left_of("principal in Team::\"t2\" && !context.flag"), "false");
  EXPECT_EQ(left_of("principal.name == \"a\""), "error");
  EXPECT_EQ(left_of("Team::\"t1\".size + 1 > 0"), "error");
  EXPECT_EQ(left_of("principal.hasTag(\"key\") && principal.getTag(\"key\") like \"a*\""), "true");
  EXPECT_EQ(left_of("resource is Doc"), "true");
  EXPECT_EQ(left_of("resource is Team in Team::\"t1\""), "false");
}

TEST(PartialEvaluation, LeavesWhatIsOpen) {
  EXPECT_EQ(left_of("context.flag && resource.owner == principal"),
            "resource.owner == User::\"ann\"");
  EXPECT_EQ(left_of("principal.level > 2 && [1, 2].contains(resource.n)"),
            "[1, 2].contains(resource.n)");
  EXPECT_EQ(left_of("context.x < principal.level || false"), "context.x < 3");
  EXPECT_EQ(left_of("if principal.level == 3 then resource.a == 1 else resource.b == 2"),
            "resource.a == 1");
  EXPECT_EQ(left_of("resource is Doc in Team::\"t1\""), "resource in Team::\"t1\"");
  EXPECT_EQ(left_of("resource has a.b"), "resource has a && resource.a has b");
}

TEST(PartialEvaluation, DropsNothingThatMayErr) {
  EXPECT_EQ(left_of("resource.a == 1 && false"), "resource.a == 1 && false");
  EXPECT_EQ(left_of("false && resource.a == 1"), "false");
  EXPECT_EQ(left_of("resource.a == 1 && principal.none"), "resource.a == 1 && !0");
  EXPECT_EQ(left_of("resource.a == principal.none"), "error");
  EXPECT_EQ(left_of("true && resource.a"), "true && resource.a");
}

TEST(PartialEvaluation, DoesNotTakeAnEntityThatMayBeTheResourceForAMissingOne) {
  EXPECT_EQ(left_of("principal.best.level == 1"), "Doc::\"d1\".level == 1");
  EXPECT_EQ(left_of("principal.best in Team::\"t1\""), "Doc::\"d1\" in Team::\"t1\"");
  EXPECT_EQ(left_of("principal has best.level"), "Doc::\"d1\" has level");
}

TEST(PartialEvaluation, TakesHeadAndConditionsTogether) {
  const auto set = PolicySet::parse(
      "permit(principal in Team::\"t1\", action, resource in Team::\"t9\")"
      "when { resource.a == 1 } unless { resource.b };"
      "permit(principal in Team::\"t3\", action, resource);"
      "permit(principal, action, resource is Team);"
      "permit(principal, action, resource is Doc) when { context.flag };",
      "p.cedar", PolicyIds::Positional);
  ASSERT_TRUE(set);
  const auto entities = world();
  const auto request = open_request();
  PartialEvaluator evaluator(entities, request);
  const auto all = set->policies();
  const auto first = evaluator.policy(*all[0]);
  ASSERT_EQ(first.kind, Partial::Kind::Open);
  EXPECT_EQ(to_text(first.residual, first.root),
            "resource in Team::\"t9\" && resource.a == 1 && !resource.b");
  EXPECT_EQ(evaluator.policy(*all[1]).kind, Partial::Kind::False);
  EXPECT_EQ(evaluator.policy(*all[2]).kind, Partial::Kind::False);
  EXPECT_EQ(evaluator.policy(*all[3]).kind, Partial::Kind::True);
}

// Expressions of every kind, most of them wrong in some place.
class AnyExpression {
 public:
  explicit AnyExpression(std::uint64_t seed) : random_(seed) {}

  std::string next() { return condition(3); }
  std::size_t below(std::size_t count) { return random_() % count; }

 private:
  template <std::size_t N>
  std::string one_of(const std::array<const char*, N>& texts) {
    return texts.at(below(N));
  }

  // Mostly right.
  std::string condition(int depth) {
    const auto c = [&] { return "(" + condition(depth - 1) + ")"; };
    switch (below(depth == 0 ? 3 : 7)) {
      case 0:
        return one_of(std::array{
            "resource.n == 1", "resource has n && resource.n == 1", "context.x == 3",
            "context has y", "principal.level == 3", "resource.owner == principal",
            "resource in Team::\"t2\"", "resource.hasTag(\"key\")", "context.flag", "resource.flag",
            "principal.level > 5", "context.now > 5", "resource has owner.level",
            "[1, 2].contains(resource.n)", "resource == Doc::\"d1\"", "principal.none == 1"});
      case 1: return one_of(std::array{"true", "false", "context.flag", "resource is Doc"});
      case 2: return expression(2);
      case 3: return "!" + c();
      case 4: return c() + " && " + c();
      case 5: return c() + " || " + c();
      default: return "if " + c() + " then " + c() + " else " + c();
    }
  }

  std::string leaf() {
    return one_of(std::array{"true",
                             "false",
                             "3",
                             "9223372036854775807",
                             "\"a\"",
                             "User::\"ann\"",
                             "Team::\"t1\"",
                             "Doc::\"d1\"",
                             "Doc::\"d2\"",
                             "Team::\"none\"",
                             "principal",
                             "resource",
                             "context",
                             "context.flag",
                             "context.now",
                             "context.x",
                             "context.y",
                             "context.none",
                             "resource.n",
                             "resource.flag",
                             "resource.owner",
                             "resource.tags",
                             "resource.none",
                             "principal.level",
                             "principal.best",
                             "principal.best.n",
                             "resource.owner.level",
                             "context.x.level",
                             "[1, 3, \"a\"]",
                             "[Team::\"t1\", Team::\"t2\"]",
                             "{a: 1}",
                             "decimal(\"1.0\")"});
  }

  std::string expression(int depth) {
    if (depth == 0 || below(6) == 0) return leaf();
    const auto e = [&] { return "(" + expression(depth - 1) + ")"; };
    switch (below(18)) {
      case 0:
      case 1: return e() + " && " + e();
      case 2: return e() + " || " + e();
      case 3: return "!" + e();
      case 4: return e() + " == " + e();
      case 5: return e() + one_of(std::array{" != ", " < ", " <= ", " > ", " >= "}) + e();
      case 6: return "if " + e() + " then " + e() + " else " + e();
      case 7: return e() + " in " + e();
      case 8: return e() + one_of(std::array{" + ", " - ", " * "}) + e();
      case 9: return "[" + e() + ", " + e() + "]" + ".contains" + e();
      case 10: return e() + one_of(std::array{".contains", ".containsAll", ".containsAny"}) + e();
      case 11:
        return e() + one_of(std::array{" has n", " has flag", " has best.n", " has owner.level"});
      case 12: return e() + one_of(std::array{".n", ".flag", ".owner", ".level", ".a"});
      case 13: return e() + one_of(std::array{" like \"a*\"", " like \"*\""});
      case 14: return e() + one_of(std::array{" is Doc", " is User"});
      case 15: return "{a: " + e() + ", n: " + e() + "}" + one_of(std::array{".a", ".n", ""});
      case 16:
        return e() + one_of(std::array{".isEmpty()", ".hasTag(\"key\")", ".getTag(\"key\")"});
      default: return e() + " is Doc in " + e();
    }
  }

  std::mt19937_64 random_;
};

Value any_value(AnyExpression& random) {
  switch (random.below(6)) {
    case 0: return number(static_cast<std::int64_t>(random.below(5)));
    case 1: return Value(random.below(2) == 0);
    case 2: return text("a");
    case 3: return Value(EntityUid{"User", "ann"});
    case 4: return Value(EntityUid{"Doc", "d1"});
    default: return Value(Set({number(1), text("a")}));
  }
}

Entity any_row(AnyExpression& random) {
  Entity out;
  out.uid = {"Doc", random.below(2) == 0 ? "d1" : "d2"};
  std::vector<Attribute> attributes;
  for (const auto* name : {"n", "flag", "owner", "tags", "level"}) {
    if (random.below(4) > 0) attributes.push_back({name, any_value(random)});
  }
  out.attributes = promised(Record::make(std::move(attributes)), "each name once");
  if (random.below(2) == 0) out.parents.push_back({"Team", "t1"});
  if (random.below(2) == 0) out.tags = {{"key", text("b")}};
  return out;
}

TEST(PartialEvaluation, LeavesWhatDecidesAsTheWholeForEveryRow) {
  AnyExpression random(20261122);
  const auto entities = world();
  std::size_t compared = 0;
  std::array<std::size_t, 4> kinds{};
  std::array<std::size_t, 3> outcomes{};
  while (compared < 40'000) {
    const auto written = random.next();
    const auto parsed = parse_expression(written);
    if (!parsed) continue;
    const auto root = static_cast<NodeId>(parsed->nodes.size() - 1);
    const auto open = open_request();
    const auto left = PartialEvaluator(entities, open).condition(*parsed, root);
    ++kinds.at(static_cast<std::size_t>(left.kind));
    for (int i = 0; i < 8; ++i) {
      const auto row = any_row(random);
      const auto all = promised(entities.with(row), "the row is new");
      std::vector<Attribute> context(open.context.attributes().begin(),
                                     open.context.attributes().end());
      for (const auto* name : {"x", "y"}) {
        if (random.below(4) > 0) context.push_back({name, any_value(random)});
      }
      const Request request{open.principal, open.action, row.uid,
                            promised(Record::make(std::move(context)), "each name once")};
      const auto whole = Evaluator(all, request).holds(*parsed, root);
      auto rest = left.kind == Partial::Kind::True    ? Outcome::Satisfied
                  : left.kind == Partial::Kind::False ? Outcome::Unsatisfied
                                                      : Outcome::Erred;
      if (left.kind == Partial::Kind::Open) {
        rest = Evaluator(all, request).holds(left.residual, left.root);
      }
      ++compared;
      ++outcomes.at(static_cast<std::size_t>(whole));
      ASSERT_EQ(whole, rest) << written << "\nleft: " << left_of(written) << "\nrow "
                             << to_text(row.uid);
    }
  }
  for (const auto count : kinds) EXPECT_GT(count, 100U);
  for (const auto count : outcomes) EXPECT_GT(count, 1'000U);
}

}  // namespace
}  // namespace hub::policy
