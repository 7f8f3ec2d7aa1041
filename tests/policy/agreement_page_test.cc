// The page of an agreement: what is on it is in the bundle.
#include "policy/agreement_page.h"

#include <gmock/gmock.h>

#include "tests/policy/small_bundle.h"

namespace hub::policy {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::vector<RecordTypeWords> words() {
  return {{kNotice,
           "Placement notice",
           "What a host borough is told",
           {
               {"case_reference", "notice", "The sender's reference"},
               {"uprn", "property", ""},
               {"nhs_number", "identifiers", "NHS | number"},
           }}};
}

std::string page_of(const std::map<std::string, std::string>& files) {
  return agreement_page(open(files), "london-ta-notice-2026", words(), kToday).value_or("none");
}

TEST(AgreementPage, IsThereForAgreementsOfTheBundle) {
  const auto bundle = open(small_files());
  EXPECT_TRUE(agreement_page(bundle, "london-ta-notice-2026", {}, kToday));
  EXPECT_FALSE(agreement_page(bundle, "another", {}, kToday));
  EXPECT_FALSE(agreement_page(bundle, "", {}, kToday));
}

TEST(AgreementPage, TellsWhoSharesWhatWithWhomAndWhy) {
  EXPECT_THAT(
      page_of(small_files()),
      AllOf(HasSubstr("| status | in force |"), HasSubstr("| holds from | 2026-01-01 |"),
            HasSubstr("| last day | 2028-12-31 |"), HasSubstr("33 have signed; not signed: none."),
            HasSubstr("| Camden | E09000007 | "), HasSubstr("| purposes | `section-208-notice` |"),
            HasSubstr("`ha1996-s208`, `gdpr-6-1-c`, `gdpr-6-1-e`"),
            HasSubstr("| statutory gateways | Housing Act 1996 s208 |"),
            HasSubstr("| kept for | 1096 days |")));
}

// Of the four authorities one is suspended, so 6 of 12 ordered pairs may share.
TEST(AgreementPage, AsksThePoliciesWhatMayPass) {
  const auto page = page_of(small_files());
  EXPECT_THAT(page, HasSubstr("## What is shared: Placement notice"));
  EXPECT_THAT(page, HasSubstr("| notice | yes | in 6 of 12 cases (authority-suspended) | "
                              "housing-officer and notice-lead | The sender's reference |"));
  EXPECT_THAT(page, HasSubstr("| property | yes |"));
  EXPECT_THAT(page, HasSubstr("| uprn |"));  // a field without a description is named
  EXPECT_THAT(page, HasSubstr("| identifiers | no | no (authority-suspended, "
                              "field-group-not-agreed) | nobody | NHS \\| number |"));
}

// A group that may leave and may not be relayed makes the broker refuse the whole record.
TEST(AgreementPage, ShowsDoorsThatDisagree) {
  auto files = small_files();
  take_out(files[kSmallPermits], "ta-relay");
  EXPECT_THAT(page_of(files), HasSubstr("| notice | yes | in 6 of 12 cases (authority-suspended) / "
                                        "no (authority-suspended) / in 6 of 12 cases "));
}

TEST(AgreementPage, SaysOfWhatIsNotThereThatItIsNotRecorded) {
  const auto page = page_of(small_files());
  for (const auto* fact :
       {"Information Sharing Gateway reference",
        "condition of Schedule 1, Data Protection Act 2018", "data protection officers",
        "categories of data subjects", "transfers to third countries"}) {
    EXPECT_THAT(page, HasSubstr(std::string("| ") + fact + " | not recorded |"));
  }
  EXPECT_THAT(page, HasSubstr("without being parties: Capital Letters, sponsored by E09000030, "
                              "signed 2025-12-08; London Councils, sponsored by E09000028, not "
                              "signed."));
}

TEST(AgreementPage, NamesWhoHasNotSigned) {
  auto files = small_files();
  auto& agreement = files[kSmallAgreement];
  const auto at = agreement.find("{\"authority\": \"E09000013\"");
  agreement.replace(at, agreement.find('}', at) + 1 - at, "{\"authority\": \"E09000013\"}");
  EXPECT_THAT(page_of(files),
              AllOf(HasSubstr("32 have signed; not signed: Hammersmith and Fulham."),
                    HasSubstr("| E09000013 | **has not signed** |  |")));
}

TEST(AgreementPage, TellsEachPolicyThatSpeaksOfIt) {
  const auto bundle = open(london_files(), london_parties(), london_types());
  const auto page = agreement_page(bundle, "london-ta-notice-2026", words(), kToday).value_or("");
  EXPECT_THAT(page,
              AllOf(HasSubstr("(`ta-notice-share`)\n\nWhoever acts under london-ta-notice-2026 may "
                              "share what is in ta.placement_notice/notice, when:\n- "),
                    HasSubstr("(`ta-view-analyst.needs`)"), HasSubstr("(`sending-to-oneself`)"),
                    HasSubstr("Owner: Head of housing options. Review by 2027-06-30.")));
  EXPECT_THAT(page, AllOf(Not(HasSubstr("(`marac-share`)")), Not(HasSubstr("(`referral-view")),
                          Not(HasSubstr("(`pilot-share`)")),
                          Not(HasSubstr("(`analyst-never-sees-marac`)"))));
}

// A text of the bundle cannot become markup.
TEST(AgreementPage, KeepsTextsAsTexts) {
  auto files = small_files();
  replace(files[kSmallAgreement], "\"onward_sharing\": \"",
          "\"onward_sharing\": \"a | b <script> [x](y) `c` ");
  EXPECT_THAT(page_of(files), HasSubstr("| onward sharing | a \\| b \\<script> \\[x](y) \\`c\\` "));
}

}  // namespace
}  // namespace hub::policy
