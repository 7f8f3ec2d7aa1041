// London's guardrails: what no agreement and no link can override.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/london.h"

namespace hub::policy {
namespace {

TEST(LondonGuardrails, RefuseAPartyThatHasNotSigned) {
  const auto rulebook = make_rulebook(changed(
      "london-ta-notice-2026",
      R"({"authority": "E09000012", "signed_by": "Director of housing", "signed_on": "2025-12-08"})",
      R"({"authority": "E09000012"})"));
  ASSERT_NE(rulebook, nullptr);
  auto question = notice();
  EXPECT_TRUE(names(rulebook->decide(question), "agreement-unsigned"));
  std::swap(question.sender, question.recipient);
  EXPECT_TRUE(names(rulebook->decide(question), "agreement-unsigned"));
  question.sender = authority(13);
  question.recipient = authority(14);
  EXPECT_TRUE(rulebook->decide(question).allowed);
}

TEST(LondonGuardrails, RefuseADraftAndAWithdrawnAgreement) {
  for (const char* status : {R"("status": "draft")", R"("status": "withdrawn")"}) {
    const auto rulebook =
        make_rulebook(changed("london-ta-notice-2026", R"("status": "in_force")", status));
    ASSERT_NE(rulebook, nullptr);
    EXPECT_TRUE(names(rulebook->decide(notice()), "agreement-not-in-force"));
  }
}

TEST_F(London, KeepsAProtectedHouseholdsAddressToTheRestrictedTeam) {
  auto question = viewed(notice(), "housing-officer");
  question.protected_record = true;
  refused(question, "protected-address-restricted");
  question.field_group = "property";  // a UPRN is an address, too
  refused(question, "protected-address-restricted");
  question.field_group = "contact";
  allowed(question, "ta-view.housing-officer.contact");

  auto lead = viewed(notice(), "notice-lead");
  lead.protected_record = true;
  allowed(lead, "ta-view.notice-lead.notice");
  lead.viewed_at = lead.sender;  // the host's notice lead, not the sender's
  refused(lead, "protected-address-restricted");

  auto other_type = viewed(with_group(referral(), "addresses"), "notice-lead");
  other_type.protected_record = true;
  refused(other_type, "protected-address-restricted");
  auto idva = viewed(with_group(marac(), "victim_address"), "idva");
  idva.protected_record = true;
  allowed(idva, "marac-view-address.idva");
}

TEST_F(London, LetsAGuestLookAtItsSponsorOnlyAtWhatItsAgreementIsAbout) {
  auto question = viewed(with_group(notice(), "property"), "something-else");
  question.guest = "capital-letters";
  question.recipient = authority(30);
  allowed(question, "ta-view-capital-letters");
  question.field_group = "notice";
  not_permitted(question);

  auto elsewhere = question;
  elsewhere.field_group = "property";
  elsewhere.recipient = authority(12);
  refused(elsewhere, "guest-not-a-party");
  auto other_agreement = viewed(referral(), "housing-officer");
  other_agreement.recipient = authority(30);
  other_agreement.guest = "capital-letters";
  refused(other_agreement, "guest-not-a-party");

  auto unsigned_guest = viewed(notice(), "housing-officer");
  unsigned_guest.recipient = authority(28);
  unsigned_guest.guest = "london-councils";
  refused(unsigned_guest, "guest-unsigned");

  auto idva = viewed(with_group(marac(), "victim_address"), "idva");
  idva.guest = "idva-service";
  allowed(idva, "marac-view-address.idva");
  idva.now = from_ms(to_ms(rulebook->agreement(idva.agreement)->ends));
  refused(idva, "guest-after-the-agreement");
  idva.guest = "nobody-knows-it";
  EXPECT_NE(rulebook->decide(idva).explanation.find("guest of no agreement"), std::string::npos);
}

TEST_F(London, PassesOnNothingThatAnotherAuthorityMade) {
  for (const auto door : {Door::Share, Door::Relay, Door::Accept}) {
    auto question = notice(door);
    question.originator = authority(20);
    refused(question, "no-onward-sharing");
    question.originator = question.sender;
    EXPECT_TRUE(rulebook->decide(question).allowed);
  }
  auto unknown = notice();
  unknown.originator = "E09000099";
  EXPECT_NE(rulebook->decide(unknown).explanation.find("made the record"), std::string::npos);
}

TEST(LondonGuardrails, LetAPartyPassOnWhatAnAgreementSaysItMay) {
  const auto rulebook = make_rulebook(changed("london-ta-notice-2026", R"("guests": [)",
                                              R"("onward_sharing_allowed": true, "guests": [)"));
  ASSERT_NE(rulebook, nullptr);
  auto question = notice();
  question.originator = authority(20);
  EXPECT_TRUE(rulebook->decide(question).allowed);
}

TEST(LondonGuardrails, KeepPatientInformationOutOfTheSeriousViolenceGateway) {
  const auto rulebook = make_rulebook(
      changed("london-ta-notice-2026", R"("ha1996-s208", )", R"("ha1996-s208", "pcsc2022-s16", )"));
  ASSERT_NE(rulebook, nullptr);
  auto question = with_group(notice(), "needs");
  question.legal_basis = "pcsc2022-s16";
  EXPECT_TRUE(names(rulebook->decide(question), "pcsc-carries-no-patient-information"));
  question.field_group = "contact";
  EXPECT_TRUE(rulebook->decide(question).allowed);
}

TEST(LondonGuardrails, WantAConditionWithHandlingCodeC) {
  const auto rulebook = make_rulebook(
      changed("london-ta-notice-2026", R"("handling": ["official",)",
              R"("handling_conditions": ["no-arrest"], "handling": ["3x5x2-c", "official",)"));
  ASSERT_NE(rulebook, nullptr);
  auto question = notice();
  for (const char* code : {"3x5x2-c", "3x5x2-c.", "3x5x2-c.other"}) {
    question.handling = code;
    EXPECT_TRUE(names(rulebook->decide(question), "handling-c-needs-its-condition")) << code;
  }
  question.handling = "3x5x2-c.no-arrest";
  EXPECT_TRUE(rulebook->decide(question).allowed);
}

}  // namespace
}  // namespace hub::policy
