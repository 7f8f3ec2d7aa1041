// The index passes over no policy that applies: what authorize() answers through it is what asking
// every policy in turn answers.
#include "policy/cedar/policy_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "policy/cedar/evaluator.h"
#include "policy/cedar/policy_set.h"

namespace hub::policy {
namespace {

// Few names, so that heads, entities and requests meet often.
class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }
  bool one_in(std::size_t count) { return below(count) == 0; }
  template <class Item>
  const Item& among(const std::vector<Item>& items) {
    return items[below(items.size())];
  }

  EntityUid entity() { return {among(types_), std::string(1, static_cast<char>('a' + below(4)))}; }
  EntityUid action() { return {"Action", std::string(1, static_cast<char>('a' + below(4)))}; }
  std::string type() { return among(types_); }

 private:
  std::mt19937 random_;
  std::vector<std::string> types_{"User", "Team", "File"};
};

std::string scope(Dice& dice, const std::string& who, bool slots) {
  const auto entity = [&] { return slots && dice.one_in(2) ? "?" + who : to_text(dice.entity()); };
  switch (dice.below(5)) {
    case 0: return who;
    case 1: return who + " == " + entity();
    case 2: return who + " in " + entity();
    case 3: return who + " is " + dice.type();
    default: return who + " is " + dice.type() + " in " + entity();
  }
}

std::string action_scope(Dice& dice) {
  const auto action = [&] { return to_text(dice.action()); };
  switch (dice.below(4)) {
    case 0: return "action";
    case 1: return "action == " + action();
    case 2: return "action in " + action();
    default: return "action in [" + action() + ", " + action() + ", " + action() + "]";
  }
}

std::string policy_text(Dice& dice, std::size_t number, bool slots) {
  const std::vector<std::string> conditions{"",
                                            "when { false }",
                                            "when { principal.grade > 1 }",
                                            "unless { resource has grade && resource.grade == 2 }",
                                            "when { context.missing }",
                                            "when { principal in resource }"};
  return "@id(\"p" + std::to_string(number) + "\") " + (dice.one_in(3) ? "forbid" : "permit") +
         " (" + scope(dice, "principal", slots) + ", " + action_scope(dice) + ", " +
         scope(dice, "resource", slots) + ") " + dice.among(conditions) + ";\n";
}

PolicySet policies(Dice& dice) {
  std::string text;
  const auto count = dice.below(40);
  for (std::size_t i = 0; i < count; ++i) text += policy_text(dice, i, dice.one_in(4));
  auto set = PolicySet::parse(text, "t");
  EXPECT_TRUE(set) << text;
  if (!set) return {};
  std::size_t links = 0;
  const std::vector<std::shared_ptr<const Policy>> templates(set->templates().begin(),
                                                             set->templates().end());
  for (const auto& each : templates) {
    const auto filled = [&](const Scope& in) {
      return in.slot ? std::optional(dice.entity()) : std::nullopt;
    };
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(set->link(each->id, "l" + std::to_string(links++), filled(each->principal),
                          filled(each->resource)),
                std::nullopt);
    }
  }
  return std::move(*set);
}

// Entities in a row, each with parents among those behind it; some of the names are no entities.
Entities entities(Dice& dice) {
  std::vector<EntityUid> row;
  for (const char* type : {"User", "Team", "File", "Action"}) {
    for (char id = 'a'; id < 'e'; ++id) row.push_back({type, std::string(1, id)});
  }
  std::vector<Entity> out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (dice.one_in(5)) continue;
    Entity made;
    made.uid = row[i];
    if (dice.one_in(2)) {
      made.attributes = {{"grade", Value(static_cast<std::int64_t>(dice.below(4)))}};
    }
    while (i + 1 < row.size() && dice.one_in(2)) {
      made.parents.push_back(row[i + 1 + dice.below(row.size() - i - 1)]);
    }
    out.push_back(std::move(made));
  }
  auto made = Entities::make(std::move(out));
  EXPECT_TRUE(made);
  return made ? std::move(*made) : Entities();
}

Response ask_each(const PolicySet& set, const Entities& world, const Request& request) {
  Evaluator evaluator(world, request);
  Response out;
  std::vector<std::string> permits;
  std::vector<std::string> forbids;
  for (const auto& policy : set.policies()) {
    const auto outcome = evaluator.policy(*policy);
    if (outcome == Outcome::Erred) out.errors.push_back({policy->id, evaluator.error()});
    if (outcome != Outcome::Satisfied) continue;
    (policy->effect == Effect::Permit ? permits : forbids).push_back(policy->id);
  }
  out.allowed = forbids.empty() && !permits.empty();
  out.reasons = forbids.empty() ? permits : forbids;
  return out;
}

std::vector<std::string> described(const Response& response) {
  std::vector<std::string> out{response.allowed ? "allowed" : "denied"};
  out.insert(out.end(), response.reasons.begin(), response.reasons.end());
  for (const auto& error : response.errors) {
    out.push_back(error.policy_id + ": " + std::string(describe(error.error)));
  }
  return out;
}

TEST(PolicyIndex, AnswersAsAskingEveryPolicyDoes) {
  std::size_t allowed = 0;
  std::size_t forbidden = 0;
  std::size_t erred = 0;
  for (unsigned seed = 0; seed < 1'500; ++seed) {
    Dice dice(seed);
    const auto set = policies(dice);
    const auto world = entities(dice);
    for (int i = 0; i < 20; ++i) {
      const Request request{dice.entity(), dice.action(), dice.entity(), Record()};
      const auto wanted = ask_each(set, world, request);
      ASSERT_EQ(described(authorize(set, world, request)), described(wanted))
          << "seed " << seed << ", request " << i;
      allowed += wanted.allowed ? 1U : 0U;
      forbidden += !wanted.allowed && !wanted.reasons.empty() ? 1U : 0U;
      erred += wanted.errors.empty() ? 0U : 1U;
    }
  }
  EXPECT_GT(allowed, 1'000U);
  EXPECT_GT(forbidden, 1'000U);
  EXPECT_GT(erred, 1'000U);
}

TEST(PolicyIndex, AnswersTheSameForAUserInFrontOfTheSnapshot) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    Dice dice(seed);
    const auto set = policies(dice);
    const auto world = entities(dice);
    Entity user;
    user.uid = {"User", "z"};
    while (dice.one_in(2)) user.parents.push_back(dice.entity());
    const auto with_user = world.with(user);
    ASSERT_TRUE(with_user);
    for (int i = 0; i < 20; ++i) {
      const Request request{user.uid, dice.action(), dice.entity(), Record()};
      ASSERT_EQ(described(authorize(set, *with_user, request)),
                described(ask_each(set, *with_user, request)))
          << "seed " << seed << ", request " << i;
    }
  }
}

// How many policies a request looks at.
std::size_t looked_at(const PolicySet& set, const Request& request, const Entities& world = {}) {
  const Evaluator evaluator(world, request);
  std::size_t out = 0;
  set.index().visit(evaluator.principal(), evaluator.action(), evaluator.resource(),
                    [&](PolicyIndex::Place, OpenHead) { ++out; });
  return out;
}

Request request(const std::string& principal, const std::string& resource) {
  return {{"User", principal}, {"Action", "read"}, {"File", resource}, Record()};
}

PolicySet numbered(const std::string& before, const std::string& after, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += before + std::to_string(i) + after + ";\n";
  auto set = PolicySet::parse(text, "t");
  EXPECT_TRUE(set);
  return set ? std::move(*set) : PolicySet();
}

TEST(PolicyIndex, LooksOnlyAtThePoliciesOfTheResource) {
  const auto set = numbered("permit(principal, action, resource == File::\"", "\")", 1'000);
  EXPECT_EQ(looked_at(set, request("ann", "7")), 1U);
  EXPECT_EQ(looked_at(set, request("ann", "none")), 0U);
  const auto inside = numbered("permit(principal, action, resource in File::\"", "\")", 1'000);
  const auto world = Entities::make({{{"File", "f"}, {}, {{"File", "7"}, {"File", "8"}}, {}}});
  ASSERT_TRUE(world);
  EXPECT_EQ(looked_at(inside, request("ann", "f"), *world), 2U);
}

TEST(PolicyIndex, PutsAPolicyUnderWhatFewestOthersName) {
  const auto by_user =
      numbered("permit(principal == User::\"", "\", action, resource in File::\"root\")", 1'000);
  const auto world = Entities::make({{{"File", "f"}, {}, {{"File", "root"}}, {}}});
  ASSERT_TRUE(world);
  EXPECT_EQ(looked_at(by_user, request("7", "f"), *world), 1U);
  const auto by_file =
      numbered("permit(principal == User::\"ann\", action, resource in File::\"", "\")", 1'000);
  // The first of them stand where nothing speaks against it yet.
  EXPECT_LE(looked_at(by_file, request("ann", "7")), 2U);
}

TEST(PolicyIndex, LooksOnlyAtThePoliciesOfTheAction) {
  const auto set = numbered("permit(principal, action == Action::\"", "\", resource)", 1'000);
  EXPECT_EQ(looked_at(set, {{"User", "ann"}, {"Action", "7"}, {"File", "f"}, Record()}), 1U);
}

TEST(PolicyIndex, LooksOnlyAtThePoliciesOfATypeOrOfAll) {
  const auto typed = numbered("permit(principal is T", ", action, resource)", 1'000);
  EXPECT_EQ(looked_at(typed, {{"T7", "ann"}, {"Action", "read"}, {"File", "f"}, Record()}), 1U);
  auto all = numbered("permit(principal, action, resource) when { context.n == ", " }", 10);
  EXPECT_EQ(looked_at(all, request("ann", "f")), 10U);
}

TEST(PolicyIndex, FindsTheLinksOfATemplateUnderTheirEntities) {
  auto set = PolicySet::parse(
      "@id(\"t\") permit(principal in ?principal, action, resource == ?resource);", "t");
  ASSERT_TRUE(set);
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_EQ(set->link("t", "l" + std::to_string(i), EntityUid{"Team", "all"},
                        EntityUid{"File", std::to_string(i)}),
              std::nullopt);
  }
  EXPECT_EQ(looked_at(*set, request("ann", "7")), 1U);
  EXPECT_EQ(looked_at(*set, request("ann", "none")), 0U);
}

}  // namespace
}  // namespace hub::policy
