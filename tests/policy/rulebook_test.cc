// The enforcement point itself: what it refuses to start with, what it does with errors and
// unknown names, and what it says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/london.h"

namespace hub::policy {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kAnnotations =
    "@title(\"t\") @agreement(\"all\") @lawful_basis(\"b\") @owner(\"o\") "
    "@review_by(\"2027-01-01\") @advice(\"a\") ";

std::map<std::string, std::string> london_with(const std::string& policy) {
  auto files = london_files();
  files["policy/zz.cedar"] = policy;
  return files;
}

std::vector<std::string> mistakes_in(const std::map<std::string, std::string>& files) {
  const auto made = Rulebook::make(files, london_parties(), london_types());
  std::vector<std::string> out;
  if (made) return out;
  for (const auto& mistake : made.error()) out.push_back(to_text(mistake));
  return out;
}

TEST(RulebookMake, ListsEveryMistakeOfTheBundle) {
  auto files = london_with("@id(\"x\") permit(principal, action);");
  files["policy/more.cedar"] = "permit(principal, action, resource);";
  files["policy/notes.txt"] = "";
  files["agreements/broken.json"] = "{\n  \"id\": 1,\n";
  const auto mistakes = mistakes_in(files);
  EXPECT_THAT(mistakes, Contains(HasSubstr("policy/zz.cedar:1:34: unexpected `)`")));
  EXPECT_THAT(mistakes, Contains(HasSubstr("policy/more.cedar:1: the policy has no @id")));
  EXPECT_THAT(mistakes, Contains(HasSubstr("policy/more.cedar:1: the policy has no @title")));
  EXPECT_THAT(mistakes, Contains(HasSubstr("policy/more.cedar:1: the policy has no @review_by")));
  EXPECT_THAT(mistakes, Contains(HasSubstr("policy/notes.txt: the file does not belong")));
  EXPECT_THAT(mistakes, Contains(HasSubstr("agreements/broken.json")));
}

TEST(RulebookMake, RefusesAnIdThatIsTakenInAnotherFile) {
  EXPECT_THAT(mistakes_in(london_with(std::string("@id(\"ta-relay\") ") + kAnnotations +
                                      "permit(principal, action, resource);")),
              ElementsAre(HasSubstr("the link of `ta-relay` cannot be made")));
  EXPECT_THAT(mistakes_in(london_with(std::string("@id(\"analyst-query\") ") + kAnnotations +
                                      "permit(principal, action == Action::\"view\", resource);")),
              ElementsAre(HasSubstr("the policy id `analyst-query` is taken")));
}

TEST(RulebookMake, RefusesAForbidThatAdvisesNothing) {
  EXPECT_THAT(mistakes_in(london_with(
                  "@id(\"x\") @title(\"t\") @agreement(\"all\") @lawful_basis(\"b\") @owner(\"o\") "
                  "@review_by(\"2027-01-01\") forbid(principal, action, resource);")),
              ElementsAre(HasSubstr("no @advice")));
}

TEST(RulebookMake, ChecksTemplatesAsPolicies) {
  EXPECT_THAT(mistakes_in(london_with("@id(\"x\") permit(principal == ?principal, "
                                      "action == Action::\"view\", resource);")),
              Contains(HasSubstr("the policy has no @title")));
  EXPECT_THAT(mistakes_in(london_with(std::string("@id(\"x\") ") + kAnnotations +
                                      "permit(principal == ?principal, action == "
                                      "Action::\"view\", resource) when { context.other };")),
              ElementsAre(HasSubstr("policy/zz.cedar:1")));
}

TEST(RulebookMake, RefusesAnUnknownAgreement) {
  EXPECT_THAT(
      mistakes_in(london_with("@id(\"x\") @title(\"t\") @agreement(\"none\") @lawful_basis(\"b\") "
                              "@owner(\"o\") @review_by(\"2027-01-01\") "
                              "permit(principal, action, resource);")),
      ElementsAre(HasSubstr("names no agreement")));
}

TEST(RulebookMake, ChecksAgreementsAgainstTheCatalogue) {
  auto types = london_types();
  types[0].field_groups.pop_back();
  types[2].name = "violence.other";
  const auto made = Rulebook::make(london_files(), london_parties(), types);
  ASSERT_FALSE(made);
  // Identifiers of the pilot, seven groups of the transfer; then links and policies that name them.
  EXPECT_EQ(std::ranges::count_if(
                made.error(),
                [](const ParseError& mistake) { return mistake.file.starts_with("agreements/"); }),
            8);
}

TEST(RulebookMake, RefusesAPartyTwiceInTheRegister) {
  auto parties = london_parties();
  parties.push_back(parties.front());
  EXPECT_FALSE(Rulebook::make(london_files(), parties, london_types()));
}

TEST(RulebookMake, WorksForARegisterOfThree) {
  const std::vector<PartyFacts> three{
      {authority(7), "A"}, {authority(12), "B"}, {authority(25), "C"}};
  const auto rulebook = make_rulebook(london_files(), three);
  ASSERT_NE(rulebook, nullptr);
  EXPECT_TRUE(rulebook->decide(notice()).allowed);
  auto question = notice();
  question.recipient = authority(13);
  EXPECT_THAT(rulebook->decide(question).explanation, HasSubstr("not in the register"));
}

TEST(RulebookMake, LeavesOtherFilesOfTheBundleAlone) {
  auto files = london_files();
  files["catalogue/ta.placement_notice.fbs"] = "not a policy";
  EXPECT_THAT(mistakes_in(files), IsEmpty());
}

// Refused for no policy's sake, and in words that repeat nothing of the question's.
void expect_unknown(const Rulebook& rulebook, const Question& question) {
  const auto verdict = rulebook.decide(question);
  EXPECT_FALSE(verdict.allowed);
  EXPECT_THAT(verdict.reasons, IsEmpty());
  EXPECT_THAT(verdict.errors, IsEmpty());
  EXPECT_THAT(verdict.explanation,
              AllOf(Not(IsEmpty()), Not(HasSubstr("odd")), Not(HasSubstr("E09000099"))));
  EXPECT_THAT(rulebook.explain(question), Not(HasSubstr("odd\nname")));
}

TEST(RulebookDecide, RefusesWhatItDoesNotKnowAndRepeatsNoneOfIt) {
  const auto rulebook = make_rulebook(london_files());
  ASSERT_NE(rulebook, nullptr);
  const std::vector<std::string> names{"odd\nname", "", "E09000099", std::string(5000, 'x')};
  for (const auto part : {&Question::sender, &Question::recipient, &Question::record_type,
                          &Question::field_group, &Question::agreement}) {
    for (const auto& name : names) {
      auto question = notice();
      question.*part = name;
      expect_unknown(*rulebook, question);
    }
  }
}

TEST(RulebookDecide, RefusesAViewByNobodyAndAtAnUnknownAuthority) {
  const auto rulebook = make_rulebook(london_files());
  ASSERT_NE(rulebook, nullptr);
  auto question = viewed(notice(), "housing-officer");
  EXPECT_TRUE(rulebook->decide(question).allowed);
  question.user = "";
  EXPECT_FALSE(rulebook->decide(question).allowed);
  question.user = "u1";
  question.viewed_at = "E09000099";
  EXPECT_FALSE(rulebook->decide(question).allowed);
}

TEST(RulebookDecide, NeverTakesAUserNameForAnotherEntity) {
  const auto rulebook = make_rulebook(london_files());
  ASSERT_NE(rulebook, nullptr);
  auto question = viewed(marac(), "none");
  for (const char* user : {"../E09000007", "E09000007/u1", "\"", "Role::\"idva\""}) {
    question.user = user;
    EXPECT_FALSE(rulebook->decide(question).allowed) << user;
  }
}

TEST(RulebookMake, RefusesAPolicyThatTheSchemaDoesNotSupport) {
  for (const char* condition :
       {"resource.missing", "context.reason == \"x\"", "context.purpose == 1", "principal.name",
        "Group::\"g\" == resource", "context.agreement.parties.contains(\"E09000007\")"}) {
    const auto made = Rulebook::make(
        london_with(std::string("@id(\"loose\") ") + kAnnotations +
                    "permit(principal is Agent, action == Action::\"share\", resource) when { " +
                    condition + " };"),
        london_parties(), london_types());
    ASSERT_FALSE(made) << condition;
    EXPECT_EQ(made.error().front().file, "policy/zz.cedar");
    EXPECT_GT(made.error().front().column, 0U);
    EXPECT_FALSE(made.error().front().what.empty());
  }
}

TEST(RulebookDecide, DeniesWheneverAForbidErrs) {
  const auto rulebook =
      make_rulebook(london_with(std::string("@id(\"broken\") ") + kAnnotations +
                                "forbid(principal, action, resource) "
                                "when { context.now * 9223372036854775807 > 0 };"));
  ASSERT_NE(rulebook, nullptr);
  const auto verdict = rulebook->decide(notice());
  EXPECT_FALSE(verdict.allowed);
  EXPECT_THAT(verdict.reasons, IsEmpty());
  EXPECT_THAT(verdict.errors, ElementsAre("broken"));
  EXPECT_THAT(verdict.explanation, HasSubstr("broken could not be evaluated"));
  EXPECT_THAT(rulebook->explain(notice()),
              HasSubstr("Erred      broken: a number left the range of Long"));
}

TEST(RulebookDecide, AllowsDespiteAPermitThatErrsAndReportsIt) {
  const auto rulebook =
      make_rulebook(london_with(std::string("@id(\"broken\") ") + kAnnotations +
                                "permit(principal, action, resource) "
                                "when { context.now * 9223372036854775807 > 0 };"));
  ASSERT_NE(rulebook, nullptr);
  const auto verdict = rulebook->decide(notice());
  EXPECT_TRUE(verdict.allowed);
  EXPECT_THAT(verdict.errors, ElementsAre("broken"));
}

TEST(RulebookExplain, TellsWhatAllowed) {
  const auto rulebook = make_rulebook(london_files());
  ASSERT_NE(rulebook, nullptr);
  EXPECT_EQ(rulebook->explain(notice()),
            R"(Question   may the agent of E09000007 share ta.placement_notice/notice?
           from E09000007 to E09000012, agreement london-ta-notice-2026
           purpose section-208-notice, legal basis ha1996-s208, regime uk-gdpr, handling official-sensitive
           at 2026-11-21T10:00:00.000Z
Answer     allowed
           Allowed by ta-notice-share (A borough may give the host borough the statutory notice of a placement).
Applied    ta-notice-share (A borough may give the host borough the statutory notice of a placement), links/placement_notice.json:4, made of policy/templates.cedar:7
)");
}

TEST(RulebookExplain, TellsWhichGuardrailsRefusedAndWhatToDo) {
  const auto rulebook = make_rulebook(london_files());
  ASSERT_NE(rulebook, nullptr);
  auto question = notice();
  question.agreement = "west-london-pilot-2025";
  question.sender = authority(9);
  EXPECT_EQ(rulebook->explain(question),
            R"(Question   may the agent of E09000009 share ta.placement_notice/notice?
           from E09000009 to E09000012, agreement west-london-pilot-2025
           purpose section-208-notice, legal basis ha1996-s208, regime uk-gdpr, handling official-sensitive
           at 2026-11-21T10:00:00.000Z
Answer     refused
           Refused by agreement-expired (Nothing is shared after its agreement has ended). Name the agreement that followed it, or ask the information governance lead to renew it. Also refused by recipient-not-a-party.
Applied    agreement-expired (Nothing is shared after its agreement has ended), policy/guardrails.cedar:30
Applied    recipient-not-a-party (Only a party to the agreement may receive under it), policy/guardrails.cedar:78
)");
}

TEST(RulebookExplain, TellsTheNearestPermitAndWhatItLacked) {
  const auto rulebook = make_rulebook(london_files());
  ASSERT_NE(rulebook, nullptr);
  EXPECT_EQ(
      rulebook->explain(viewed(marac(), "housing-officer")),
      R"(Question   may u1 of E09000012, roles housing-officer, view violence.marac_transfer/referral?
           from E09000007 to E09000012, agreement london-marac-transfer-2026
           purpose marac-transfer, legal basis cda1998-s115, regime uk-gdpr, handling official-sensitive
           at 2026-11-21T10:00:00.000Z
Answer     refused
           No policy lets these roles view violence.marac_transfer/referral; ask for a role that may, or leave it.
Nearest    marac-view.marac-coordinator.referral (A MARAC coordinator or IDVA may view transferred cases), links/marac_transfer.json:37, made of policy/templates.cedar:37
           does not hold, policy/templates.cedar:43:
           principal in Role::"marac-coordinator"
)");
}

TEST(RulebookExplain, TellsWhatIsUnknown) {
  const auto rulebook = make_rulebook(london_files());
  ASSERT_NE(rulebook, nullptr);
  auto question = notice();
  question.agreement = "two\nlines";
  EXPECT_EQ(rulebook->explain(question),
            R"(Question   may the agent of E09000007 share ta.placement_notice/notice?
           from E09000007 to E09000012, agreement (not a name)
           purpose section-208-notice, legal basis ha1996-s208, regime uk-gdpr, handling official-sensitive
           at 2026-11-21T10:00:00.000Z
Answer     refused
           No agreement of that name is in the bundle; name one that is, or compare the bundle numbers on both sides.
)");
}

TEST(RulebookNextChange, IsTheNextStartOrEndOfAnyAgreement) {
  const auto rulebook = make_rulebook(london_files());
  ASSERT_NE(rulebook, nullptr);
  std::vector<std::string> changes;
  for (auto next = rulebook->next_change(from_ms(0)); next; next = rulebook->next_change(*next)) {
    changes.push_back(to_iso(*next));
  }
  EXPECT_THAT(changes, ElementsAre("2025-07-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z",
                                   "2026-04-01T00:00:00.000Z", "2029-01-01T00:00:00.000Z"));
}

bool keeps_decisions_with(const std::string& condition) {
  const auto rulebook = make_rulebook(london_with(
      std::string("@id(\"x\") ") + kAnnotations +
      "permit(principal, action == Action::\"share\", resource) when { " + condition + " };"));
  return rulebook != nullptr && rulebook->may_keep_decisions();
}

TEST(RulebookKeepsDecisions, WhilePoliciesLookAtTimeThroughTheirAgreement) {
  for (const char* condition :
       {"context.now < context.agreement.ends", "context.agreement.starts <= context.now",
        "context has now && context.purpose == \"x\""}) {
    EXPECT_TRUE(keeps_decisions_with(condition)) << condition;
  }
}

TEST(RulebookKeepsDecisions, NotWhenAPolicyLooksAtTimeInAnotherWay) {
  for (const char* condition :
       {"context.now <= context.agreement.ends", "context.agreement.ends < context.now",
        "context.now < 1800000000000", "context.now < context.agreement.retention_days",
        "context[\"now\"] == 1", "[context.now].isEmpty()", "context == context",
        "{c: context}.c.now < context.agreement.ends"}) {
    EXPECT_FALSE(keeps_decisions_with(condition)) << condition;
  }
}

}  // namespace
}  // namespace hub::policy
