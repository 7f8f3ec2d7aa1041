#include "policy/record_decider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/london.h"

namespace hub::policy {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

using Groups = std::vector<std::string_view>;

// The facts of a question's record, with these groups. Views into `question` and `groups`.
RecordFacts facts_of(const Question& question, const Groups& groups) {
  return {question.sender,      question.recipient,
          question.record_type, question.purpose,
          question.agreement,   question.legal_basis,
          question.regime,      question.handling,
          question.originator,  groups};
}

struct Decider : testing::Test {
  std::unique_ptr<const Rulebook> rulebook = make_rulebook(london_files());
  RecordDecider decider{Door::Share};

  void SetUp() override { ASSERT_NE(rulebook, nullptr); }

  std::shared_ptr<const RecordVerdict> decide(const Question& question,
                                              const Groups& groups = {"notice"}) {
    return decider.decide(*rulebook, facts_of(question, groups), question.now);
  }
};

TEST_F(Decider, AllowsARecordWhoseGroupsMayAllPass) {
  const auto verdict = decide(notice(), {"notice", "needs"});
  EXPECT_TRUE(verdict->allowed);
  EXPECT_THAT(verdict->allowed_groups, ElementsAre("notice", "needs"));
  EXPECT_THAT(verdict->policies, ElementsAre("ta-notice-share", "ta-extras-share.needs"));
  EXPECT_THAT(verdict->withheld_by, IsEmpty());
}

TEST_F(Decider, WithholdsTheGroupsThatMayNot) {
  const auto verdict = decide(notice(), {"identifiers", "notice"});
  EXPECT_FALSE(verdict->allowed);
  EXPECT_THAT(verdict->allowed_groups, ElementsAre("notice"));
  EXPECT_THAT(verdict->withheld_groups, ElementsAre("identifiers"));
  EXPECT_THAT(verdict->withheld_by, ElementsAre("field-group-not-agreed"));
  EXPECT_FALSE(verdict->explanation.empty());
}

TEST_F(Decider, NeverAllowsARecordWithoutGroups) { EXPECT_FALSE(decide(notice(), {})->allowed); }

TEST_F(Decider, NamesWhatRefusedTheWholeRecord) {
  auto question = notice();
  question.purpose = "other";
  const auto verdict = decide(question);
  EXPECT_THAT(verdict->allowed_groups, IsEmpty());
  EXPECT_THAT(verdict->policies, ElementsAre("purpose-not-agreed"));
}

TEST_F(Decider, KeepsADecisionAndTellsQuestionsApart) {
  const auto base = notice();
  const auto first = decide(base);
  EXPECT_EQ(decide(base), first);
  auto later = base;
  later.now += std::chrono::hours(1);
  EXPECT_EQ(decide(later), first);
  for (const auto part : {&Question::sender, &Question::recipient, &Question::record_type,
                          &Question::purpose, &Question::agreement, &Question::legal_basis,
                          &Question::regime, &Question::handling, &Question::originator}) {
    auto question = base;
    question.*part += "x";
    EXPECT_FALSE(decide(question)->allowed);
  }
  EXPECT_EQ(decide(base), first);
}

TEST_F(Decider, TellsQuestionsApartWhateverTheirTextsHold) {
  auto question = notice();
  question.purpose += "\n" + question.agreement;
  question.agreement = question.legal_basis;
  question.legal_basis = question.regime;
  question.regime = question.handling;
  question.handling = "notice";
  EXPECT_TRUE(decide(notice())->allowed);
  EXPECT_FALSE(decide(question, {})->allowed);
  EXPECT_TRUE(decide(notice())->allowed);
  EXPECT_FALSE(decide(notice(), {"notice\nneeds"})->allowed);
  EXPECT_TRUE(decide(notice(), {"notice", "needs"})->allowed);
}

TEST_F(Decider, ForgetsWhenAnAgreementEndsAndWhenTheClockStepsBack) {
  auto question = notice();
  const auto* agreement = rulebook->agreement(question.agreement);
  ASSERT_NE(agreement, nullptr);
  question.now = agreement->ends - std::chrono::milliseconds(1);
  EXPECT_TRUE(decide(question)->allowed);
  question.now = agreement->ends;
  EXPECT_FALSE(decide(question)->allowed);
  question.now = agreement->ends - std::chrono::milliseconds(1);
  EXPECT_TRUE(decide(question)->allowed);
  question.now = agreement->starts - std::chrono::milliseconds(1);
  EXPECT_FALSE(decide(question)->allowed);
}

TEST_F(Decider, ForgetsWhenAnotherRulebookIsAsked) {
  EXPECT_TRUE(decide(notice())->allowed);
  auto parties = london_parties();
  parties[6].suspended = true;
  rulebook = make_rulebook(london_files(), parties);
  const auto verdict = decide(notice());
  EXPECT_FALSE(verdict->allowed);
  EXPECT_THAT(verdict->policies, Contains("authority-suspended"));
}

TEST_F(Decider, KeepsNothingWherePoliciesLookAtTheClock) {
  auto files = london_files();
  files["policy/zz.cedar"] = R"(@id("x") @title("t") @agreement("all") @lawful_basis("b")
      @owner("o") @review_by("2027-01-01") @advice("a")
      forbid(principal, action, resource) when { context.now >= 1795255200001 };)";
  rulebook = make_rulebook(files);
  auto question = notice();
  EXPECT_TRUE(decide(question)->allowed);
  question.now += std::chrono::milliseconds(1);
  EXPECT_FALSE(decide(question)->allowed);
}

}  // namespace
}  // namespace hub::policy
