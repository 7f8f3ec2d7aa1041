// What is wrong with a bundle, each thing told where it stands.
#include "policy/bundle_check.h"

#include <gmock/gmock.h>

#include "core/base/clock.h"
#include "tests/policy/london.h"

namespace hub::policy {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::int32_t day(const std::string& written) { return parse_iso_date(written).value_or(0); }

const std::string kPermit =
    "@id(\"x\")\n@title(\"t\")\n@agreement(\"all\")\n@lawful_basis(\"b\")\n@owner(\"o\")\n"
    "@review_by(\"2027-01-01\")\npermit (principal, action == "
    "Action::\"share\", resource)";

BundleCheck check_with(const std::string& policy, const std::string& today = "2026-11-22") {
  auto files = london_files();
  if (!policy.empty()) files["policy/zz.cedar"] = policy;
  return check_bundle(files, london_types(), day(today));
}

std::vector<std::string> told(const BundleCheck& checked) {
  std::vector<std::string> out;
  for (const auto& finding : checked.findings) out.push_back(show(finding));
  return out;
}

TEST(BundleCheck, FindsNoFaultInLondonsBundle) {
  const auto checked = check_with("");
  EXPECT_EQ(checked.faults(), 0U) << testing::PrintToString(told(checked));
  EXPECT_GE(checked.policies, 39U);
  EXPECT_GE(checked.agreements, 4U);
}

TEST(BundleCheck, NotesAnAgreementThatEndedWhileItsRecordsAreKept) {
  EXPECT_THAT(told(check_with("")),
              Contains(AllOf(StartsWith("agreements/west-london-pilot-2025.json:8:3: note: the "
                                        "agreement ended on 2026-03-31\n  8 |   \"ends\": "
                                        "\"2026-03-31\","),
                             HasSubstr("until 2027-04-01"))));
}

TEST(BundleCheck, FindsAnAgreementWhoseRecordsArePastTheirRetention) {
  EXPECT_EQ(check_with("", "2027-03-31").faults(), 0U);
  const auto late = check_with("", "2027-04-01");
  ASSERT_EQ(late.faults(), 1U);
  EXPECT_THAT(told(late), Contains(AllOf(HasSubstr("error: the agreement ended on 2026-03-31"),
                                         HasSubstr("retention of 365 days"))));
}

TEST(BundleCheck, FindsReviewsThatAreOverdueFromTheDayAfter) {
  EXPECT_EQ(check_with(kPermit + ";", "2027-01-01").faults(), 0U);
  const auto checked = check_with(kPermit + ";", "2027-01-02");
  ASSERT_EQ(checked.faults(), 1U);
  EXPECT_THAT(told(checked),
              Contains(AllOf(StartsWith("policy/zz.cedar:6:1: error: the policy x was to be "
                                        "reviewed by 2027-01-01\n  6 | @review_by(\"2027-01-01\")\n"
                                        "    | ^^^^^^^^^^^^^^^^^^^^^^^^\n"),
                             HasSubstr("hint: review it"))));
  // All of them, and the agreements'.
  const auto later = told(check_with("", "2027-07-01"));
  EXPECT_THAT(later, Contains(StartsWith("agreements/london-ta-notice-2026.json:9:3: error: the "
                                         "agreement was to be reviewed by 2027-06-30")));
  EXPECT_THAT(later, Contains(HasSubstr("the policy ta-relay was to be reviewed")));
}

TEST(BundleCheck, TellsAnOverdueLinkWhereItStands) {
  const auto later = told(check_with("", "2027-07-01"));
  EXPECT_THAT(later,
              Contains(AllOf(StartsWith("links/placement_notice.json:31:"),
                             HasSubstr("the policy ta-relay was to be reviewed by 2027-06-30"),
                             HasSubstr("\"id\": \"ta-relay\""))));
}

TEST(BundleCheck, RefusesAViewThatNoStoreCanBeAsked) {
  auto policy = kPermit + "\nwhen { if context.purpose == \"x\" then true else false };";
  policy.replace(policy.find("share"), 5, "view");
  const auto checked = check_with(policy);
  EXPECT_EQ(checked.faults(), 1U);
  EXPECT_THAT(checked.findings, Contains(testing::Field(&CheckFinding::rule, "unaskable-view")));
  EXPECT_THAT(told(checked), Contains(StartsWith("policy/zz.cedar:8:8: error: ")));
}

TEST(BundleCheck, NeverStopsAHubForADate) {
  auto files = london_files();
  files["policy/zz.cedar"] = kPermit + ";";
  files["policy/zz.cedar"].replace(files["policy/zz.cedar"].find("2027"), 4, "2001");
  EXPECT_NE(make_rulebook(files), nullptr);
}

TEST(BundleCheck, FindsWhatAgentsRefuse) {
  EXPECT_THAT(told(check_with("permit (principal, action, resource);")),
              AllOf(Contains(HasSubstr("zz.cedar:1: error: the policy has no @id")),
                    Contains(HasSubstr("zz.cedar:1: error: the policy has no @title")),
                    Contains(HasSubstr("zz.cedar:1: error: the policy has no @review_by"))));
  auto twice = kPermit + ";";
  twice.replace(twice.find("\"x\""), 3, "\"analyst-query\"");
  EXPECT_THAT(told(check_with(twice)),
              Contains(HasSubstr("the policy id `analyst-query` is taken")));
  EXPECT_THAT(
      told(check_with("permit (principal, action);")),
      Contains(AllOf(HasSubstr("zz.cedar:1:26: error: unexpected `)`"),
                     HasSubstr("  1 | permit (principal, action);\n    |                    "
                               "      ^\n"))));
}

TEST(BundleCheck, TellsEachFindingOnceAndUnderlinesIt) {
  const auto found = told(check_with(kPermit + "\nwhen { context.agreement.nick == \"a\" };"));
  EXPECT_EQ(
      std::ranges::count_if(
          found, [](const std::string& one) { return one.find("zz.cedar") != std::string::npos; }),
      1)
      << testing::PrintToString(found);
  EXPECT_THAT(found, Contains(AllOf(StartsWith("policy/zz.cedar:8:8: error: "),
                                    HasSubstr("^^^^^^^^^^^^^^^^^^^^^^"))));
}

TEST(BundleCheck, FindsNamesOfNothing) {
  const auto found =
      told(check_with(kPermit + "\nwhen { resource in RecordType::\"ta.placement_note\" };"));
  EXPECT_THAT(found, Contains(AllOf(HasSubstr("zz.cedar:8:20: error: the catalogue has no record"),
                                    HasSubstr("did you mean"))));
}

TEST(BundleCheck, WarnsOfAPolicyThatCanNeverApply) {
  const auto checked = check_with(kPermit + "\nwhen { false };");
  EXPECT_EQ(checked.faults(), 1U);
  ASSERT_THAT(told(checked), Contains(HasSubstr("zz.cedar:1:1: warning: ")));
  EXPECT_THAT(checked.findings, Contains(testing::Field(&CheckFinding::rule, "impossible-policy")));
}

TEST(BundleCheck, LooksAtOneFileThoughAnotherCannotBeRead) {
  auto files = london_files();
  files["policy/broken.cedar"] = "permit (";
  files["agreements/broken.json"] = "{";
  files["policy/zz.cedar"] = kPermit + "\nwhen { principal in Role::\"idwa\" };";
  const auto found = told(check_bundle(files, london_types(), day("2026-11-22")));
  EXPECT_THAT(found, Contains(StartsWith("policy/broken.cedar:1:")));
  EXPECT_THAT(found, Contains(StartsWith("agreements/broken.json:")));
  EXPECT_THAT(found, Contains(HasSubstr("no link and no part of the hub knows the role `idwa`")));
  EXPECT_THAT(found, Contains(HasSubstr("note: the agreement ended")));
}

TEST(BundleCheck, SaysNothingOfWhatIsNoPolicyAndNoAgreement) {
  EXPECT_THAT(check_bundle({{"catalogue/x.fbs", "nonsense"}}, {}, 0).findings, IsEmpty());
}

TEST(FindingsOf, ShowTheLineThatIsMeant) {
  const std::map<std::string, std::string> files{{"catalogue/x.fbs", "one\n  two three\n"}};
  const auto found = findings_of({{"catalogue/x.fbs", 2, 0, "wrong", "right it"},
                                  {"catalogue/x.fbs", 2, 7, "wrong", ""},
                                  {"catalogue/x.fbs", 99, 1, "far", ""},
                                  {"catalogue/y.fbs", 1, 1, "gone", ""}},
                                 files);
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(show(found[0]),
            "catalogue/x.fbs:2: error: wrong\n  2 |   two three\n    |   ^^^^^^^^^\n  hint: right "
            "it\n");
  EXPECT_EQ(show(found[1]),
            "catalogue/x.fbs:2:7: error: wrong\n  2 |   two three\n    |       ^^^^^\n");
  EXPECT_EQ(show(found[2]), "catalogue/x.fbs:99:1: error: far\n");
  EXPECT_EQ(show(found[3]), "catalogue/y.fbs:1:1: error: gone\n");
}

}  // namespace
}  // namespace hub::policy
