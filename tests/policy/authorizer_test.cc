#include "policy/cedar/authorizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/cedar/entities_json.h"

namespace hub::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Response ask(const std::string& policies) {
  const auto set = PolicySet::parse(policies, "t");
  EXPECT_TRUE(set);
  if (!set) return {};
  return authorize(*set, Entities(),
                   {{"User", "ann"}, {"Action", "read"}, {"File", "f"}, Record()});
}

TEST(Authorizer, DeniesByDefault) {
  const auto response = ask("");
  EXPECT_FALSE(response.allowed);
  EXPECT_THAT(response.reasons, IsEmpty());
  EXPECT_THAT(response.errors, IsEmpty());
}

TEST(Authorizer, NamesEveryPermitThatAllowed) {
  const auto response = ask(R"(@id("a") permit(principal, action, resource);
      @id("b") permit(principal, action, resource) when { false };
      @id("c") permit(principal is User, action, resource);)");
  EXPECT_TRUE(response.allowed);
  EXPECT_THAT(response.reasons, ElementsAre("a", "c"));
}

TEST(Authorizer, LetsAForbidWinAndNamesForbidsOnly) {
  const auto response = ask(R"(@id("a") permit(principal, action, resource);
      @id("b") forbid(principal, action, resource) unless { false };)");
  EXPECT_FALSE(response.allowed);
  EXPECT_THAT(response.reasons, ElementsAre("b"));
}

TEST(Authorizer, SkipsAPolicyThatErrsAndReportsIt) {
  const auto response = ask(R"(@id("a") permit(principal, action, resource);
      @id("b") forbid(principal, action, resource) when { resource.hold };
      @id("c") permit(principal, action, resource) when { 1 };)");
  EXPECT_TRUE(response.allowed);
  EXPECT_THAT(response.reasons, ElementsAre("a"));
  ASSERT_EQ(response.errors.size(), 2U);
  EXPECT_EQ(response.errors[0].policy_id, "b");
  EXPECT_EQ(response.errors[0].error, EvaluationError::NoSuchEntity);
  EXPECT_EQ(response.errors[1].policy_id, "c");
  EXPECT_EQ(response.errors[1].error, EvaluationError::WrongType);
}

TEST(Authorizer, NeedsEveryConditionToHold) {
  const auto satisfied = [](const std::string& conditions) {
    return ask("permit(principal, action, resource) " + conditions + ";").allowed;
  };
  EXPECT_TRUE(satisfied("when { true } unless { false } when { true }"));
  EXPECT_FALSE(satisfied("when { true } unless { true }"));
  EXPECT_FALSE(satisfied("when { true } when { false }"));
}

TEST(Authorizer, StopsAtTheFirstConditionThatFails) {
  EXPECT_THAT(ask("permit(principal, action, resource) when { false } when { 1 };").errors,
              IsEmpty());
  EXPECT_EQ(ask("permit(principal, action, resource) when { 1 } when { false };").errors.size(),
            1U);
}

TEST(Authorizer, JudgesWithPoliciesOfTheSetItself) {
  const auto set = PolicySet::parse(R"(@id("a") permit(principal, action, resource);
      @id("b") permit(principal, action, resource) when { principal.missing };)",
                                    "t");
  ASSERT_TRUE(set);
  const auto judged =
      judge(*set, Entities(), {{"User", "ann"}, {"Action", "read"}, {"File", "f"}, Record()});
  EXPECT_TRUE(judged.allowed);
  EXPECT_THAT(judged.reasons, ElementsAre(set->find("a")));
  ASSERT_EQ(judged.errors.size(), 1U);
  EXPECT_EQ(judged.errors.front().policy, set->find("b"));
  EXPECT_EQ(judged.errors.front().error, EvaluationError::NoSuchEntity);
}

TEST(EvaluationErrors, EachHaveWordsOfTheirOwn) {
  EXPECT_NE(describe(EvaluationError::WrongType), describe(EvaluationError::Overflow));
  EXPECT_NE(describe(EvaluationError::NoSuchTag), describe(EvaluationError::NoSuchAttribute));
}

}  // namespace
}  // namespace hub::policy
