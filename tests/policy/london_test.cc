// London's policies, as shipped: who may do what, and which policy says no.
#include "tests/policy/london.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

namespace hub::policy {
namespace {

using testing::IsEmpty;

TEST_F(London, LetsEachRecordTypeThroughEachDoor) {
  allowed(notice(Door::Share), "ta-notice-share");
  allowed(notice(Door::Relay), "ta-relay");
  allowed(notice(Door::Accept), "ta-accept");
  allowed(referral(Door::Share), "referral-share");
  allowed(referral(Door::Relay), "referral-relay");
  allowed(referral(Door::Accept), "referral-accept");
  allowed(marac(Door::Share), "marac-share");
  allowed(marac(Door::Relay), "marac-relay");
  allowed(marac(Door::Accept), "marac-accept");
}

TEST_F(London, LetsTheAgreedExtrasGoWithANotice) {
  for (const char* group : {"property", "needs", "contact", "children"}) {
    allowed(with_group(notice(), group), std::string("ta-extras-share.") + group);
  }
}

TEST_F(London, WithholdsFieldGroupsOutsideTheAgreementAtEveryDoor) {
  for (const auto door : {Door::Share, Door::Relay, Door::Accept}) {
    refused(with_group(notice(door), "identifiers"), "field-group-not-agreed");
    refused(with_group(referral(door), "identifiers"), "field-group-not-agreed");
    refused(with_group(marac(door), "equality"), "field-group-not-agreed");
  }
}

TEST_F(London, SharesNothingUnderAnExpiredAgreement) {
  auto question = notice();
  question.sender = authority(9);
  question.recipient = authority(18);
  question.agreement = "west-london-pilot-2025";
  for (const auto door : {Door::Share, Door::Relay, Door::Accept}) {
    question.door = door;
    refused(question, "agreement-expired");
  }
}

TEST_F(London, LetIdentifiersGoInThePilotWhileItRan) {
  auto question = with_group(notice(), "identifiers");
  question.sender = authority(9);
  question.recipient = authority(18);
  question.agreement = "west-london-pilot-2025";
  question.now = from_ms(to_ms(kToday) - 300LL * 86'400'000);
  allowed(question, "pilot-share");
  question.recipient = authority(33);
  refused(question, "recipient-not-a-party");
}

TEST_F(London, StartsAndEndsAnAgreementToTheMillisecond) {
  auto question = notice();
  const auto* agreement = rulebook->agreement("london-ta-notice-2026");
  ASSERT_NE(agreement, nullptr);
  EXPECT_EQ(to_iso(agreement->starts), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(to_iso(agreement->ends), "2029-01-01T00:00:00.000Z");
  question.now = agreement->starts - std::chrono::milliseconds(1);
  refused(question, "agreement-not-started");
  question.now = agreement->starts;
  allowed(question, "ta-notice-share");
  question.now = agreement->ends - std::chrono::milliseconds(1);
  allowed(question, "ta-notice-share");
  question.now = agreement->ends;
  refused(question, "agreement-expired");
}

TEST_F(London, KeepsTheCityOfLondonOutOfMaracTransfers) {
  auto question = marac();
  question.sender = authority(1);
  refused(question, "sender-not-a-party");
  question = marac();
  question.recipient = authority(1);
  refused(question, "recipient-not-a-party");
}

TEST_F(London, RefusesWhatTheAgreementDoesNotSay) {
  auto question = notice();
  question.purpose = "marketing";
  refused(question, "purpose-not-agreed");
  question = notice();
  question.legal_basis = "gdpr-6-1-a";
  refused(question, "legal-basis-not-agreed");
  question = notice();
  question.regime = "dpa2018-part3";
  refused(question, "regime-not-agreed");
  question = marac();
  question.handling = "official";
  refused(question, "handling-not-agreed");
  question = referral();
  question.agreement = "london-ta-notice-2026";
  question.purpose = "section-208-notice";
  question.legal_basis = "ha1996-s208";
  refused(question, "record-type-not-agreed");
}

TEST_F(London, RefusesSendingToOneself) {
  for (const auto door : {Door::Share, Door::Relay, Door::Accept}) {
    auto question = notice(door);
    question.recipient = question.sender;
    refused(question, "sending-to-oneself");
  }
}

TEST_F(London, RefusesASuspendedAuthorityAsSenderAndRecipient) {
  auto parties = london_parties();
  parties[11].suspended = true;
  const auto suspended = make_rulebook(london_files(), parties);
  ASSERT_NE(suspended, nullptr);
  for (const auto door : {Door::Share, Door::Relay, Door::Accept}) {
    auto question = notice(door);
    EXPECT_TRUE(names(suspended->decide(question), "authority-suspended"));
    std::swap(question.sender, question.recipient);
    EXPECT_TRUE(names(suspended->decide(question), "authority-suspended"));
  }
  EXPECT_TRUE(suspended->decide(viewed(notice(), "housing-officer")).allowed);
}

TEST_F(London, LetsHousingStaffViewTheirRecords) {
  for (const char* role : {"housing-officer", "notice-lead"}) {
    for (const char* group : {"notice", "property", "needs", "contact", "children"}) {
      allowed(viewed(with_group(notice(), group), role),
              std::string("ta-view.") + role + "." + group);
    }
    for (const char* group : {"referral", "addresses", "household", "needs", "contact"}) {
      allowed(viewed(with_group(referral(), group), role),
              std::string("referral-view.") + role + "." + group);
    }
    not_permitted(viewed(with_group(marac(), "victim"), role));
    refused(viewed(with_group(marac(), "victim_address"), role),
            "housing-never-sees-victim-address");
    refused(viewed(with_group(notice(), "identifiers"), role), "field-group-not-agreed");
  }
}

TEST_F(London, LetsMaracStaffViewTransfersAndTheReceivingOnesTheAddress) {
  for (const char* role : {"marac-coordinator", "idva"}) {
    for (const char* group : {"referral", "victim", "perpetrator", "children", "risk", "plan"}) {
      allowed(viewed(with_group(marac(), group), role),
              std::string("marac-view.") + role + "." + group);
    }
    auto address = viewed(with_group(marac(), "victim_address"), role);
    allowed(address, std::string("marac-view-address.") + role);
    address.viewed_at = address.sender;
    not_permitted(address);
    not_permitted(viewed(notice(), role));
  }
}

TEST_F(London, ShowsContentToNoOperatorAuditorOrStranger) {
  for (const auto& question : {notice(), referral(), marac()}) {
    refused(viewed(question, "operator"), "operator-sees-no-content");
    refused(viewed(question, "auditor"), "auditor-sees-no-content");
    not_permitted(viewed(question, "something-else"));
    auto both = viewed(question, "auditor");
    both.roles = {"housing-officer", "marac-coordinator", "auditor"};
    refused(both, "auditor-sees-no-content");
  }
}

TEST_F(London, KeepsAnalystsFromViolenceNamesAndIdentifiers) {
  for (const char* group : {"referral", "victim", "children", "risk"}) {
    refused(viewed(with_group(marac(), group), "analyst"), "analyst-never-sees-marac");
  }
  auto both = viewed(with_group(marac(), "risk"), "analyst");
  both.roles = {"idva", "analyst"};
  refused(both, "analyst-never-sees-marac");
  allowed(viewed(with_group(notice(), "needs"), "analyst"), "ta-view-analyst.needs");
  allowed(viewed(with_group(referral(), "household"), "analyst"),
          "referral-view-analyst.household");
  not_permitted(viewed(notice(), "analyst"));
  not_permitted(viewed(with_group(referral(), "addresses"), "analyst"));
  refused(viewed(with_group(notice(), "identifiers"), "analyst"), "field-group-not-agreed");
}

TEST_F(London, ShowsARecordOnlyWhereItWasSentOrReceived) {
  auto question = viewed(notice(), "housing-officer");
  question.viewed_at = question.sender;
  allowed(question, "ta-view.housing-officer.notice");
  question.viewed_at = authority(20);
  refused(question, "viewer-not-of-a-party");
}

TEST_F(London, LetsReceivedRecordsBeViewedAfterTheirAgreementEnded) {
  auto question = viewed(with_group(notice(), "identifiers"), "notice-lead");
  question.sender = authority(9);
  question.recipient = authority(18);
  question.agreement = "west-london-pilot-2025";
  allowed(question, "pilot-view-identifiers");
  question.roles = {"housing-officer"};
  not_permitted(question);
}

TEST_F(London, PermitsUnderAnAgreementByItsOwnLinksOnly) {
  auto question = notice();
  question.sender = authority(9);  // a party of the pilot, too
  question.recipient = authority(18);
  const auto verdict = rulebook->decide(question);
  EXPECT_TRUE(verdict.allowed);
  EXPECT_FALSE(names(verdict, "pilot-share")) << verdict.explanation;
  question.agreement = "west-london-pilot-2025";
  question.now = from_ms(to_ms(rulebook->agreement(question.agreement)->ends) - 1);
  const auto pilot = rulebook->decide(question);
  EXPECT_TRUE(names(pilot, "pilot-share")) << pilot.explanation;
  EXPECT_FALSE(names(pilot, "ta-notice-share"));
}

TEST_F(London, ExportsNoRows) {
  for (auto question : {viewed(notice(), "housing-officer"), viewed(referral(), "notice-lead"),
                        viewed(marac(), "idva")}) {
    question.door = Door::Export;
    not_permitted(question);
  }
  auto analyst = viewed(with_group(marac(), "risk"), "analyst");
  analyst.door = Door::Export;
  refused(analyst, "analyst-never-sees-marac");
}

// Questions at random, out of real names, many of which make no sense.
class Questions {
 public:
  explicit Questions(const Rulebook& rulebook) : agreements_(rulebook.agreements()) {}

  Question next() {
    const auto& type = pick(types_);
    Question out;
    out.door = pick(doors_);
    out.sender = authority(static_cast<int>(number(1, 33)));
    out.recipient = authority(static_cast<int>(number(1, 33)));
    out.record_type = type.name;
    out.field_group = pick(type.field_groups);
    out.agreement = pick(agreements_)->id;
    out.purpose = pick(purposes_);
    out.legal_basis = pick(bases_);
    out.regime = "uk-gdpr";
    out.handling = "official-sensitive";
    out.user = "u1";
    out.roles = {pick(roles_)};
    out.now = from_ms(number(1'735'689'600'000, 1'895'689'600'000));  // 2025 to 2030
    return out;
  }

 private:
  std::int64_t number(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
  }

  template <class Item>
  const Item& pick(const std::vector<Item>& from) {
    return from[static_cast<std::size_t>(number(0, static_cast<std::int64_t>(from.size()) - 1))];
  }

  // The same each time, so that a failure can be seen again.
  std::mt19937_64 random_{20261121};  // NOLINT(cert-msc32-c,cert-msc51-cpp)
  std::vector<const Agreement*> agreements_;
  std::vector<RecordTypeFacts> types_ = london_types();
  std::vector<Door> doors_{Door::Share, Door::Relay, Door::Accept, Door::View, Door::Export};
  std::vector<std::string> purposes_{"section-208-notice", "local-connection-referral",
                                     "marac-transfer", "other"};
  std::vector<std::string> bases_{"ha1996-s208", "ha1996-s198", "cda1998-s115", "gdpr-6-1-e"};
  std::vector<std::string> roles_{"housing-officer", "notice-lead", "marac-coordinator", "idva",
                                  "analyst",         "operator"};
};

bool lists(const std::vector<std::string>& list, const std::string& item) {
  return std::ranges::find(list, item) != list.end();
}

bool has_party(const Agreement& agreement, const std::string& code) {
  return std::ranges::find(agreement.parties, code, &AgreementParty::authority) !=
         agreement.parties.end();
}

// What an agreement covers, said a second time without any policy.
bool covers(const Agreement& agreement, const Question& question) {
  const bool in_time = question.now >= agreement.starts && question.now < agreement.ends;
  const bool between_two = question.sender != question.recipient;
  return lists(agreement.field_groups, question.record_type + "/" + question.field_group) &&
         lists(agreement.purposes, question.purpose) &&
         lists(agreement.legal_bases, question.legal_basis) &&
         has_party(agreement, question.sender) && has_party(agreement, question.recipient) &&
         (is_look(question.door) || (in_time && between_two));
}

TEST_F(London, NeverAllowsWhatItsAgreementDoesNotCover) {
  Questions questions(*rulebook);
  std::size_t allowed_count = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto question = questions.next();
    const auto verdict = rulebook->decide(question);
    ASSERT_THAT(verdict.errors, IsEmpty());
    if (!verdict.allowed) continue;
    ++allowed_count;
    EXPECT_TRUE(covers(*rulebook->agreement(question.agreement), question))
        << rulebook->explain(question);
  }
  EXPECT_GT(allowed_count, 100U);
}

TEST_F(London, HasAgreementsForEveryRecordTypeAndCitesNoPerson) {
  std::set<std::string> covered;
  for (const auto* agreement : rulebook->agreements()) {
    covered.insert(agreement->record_types.begin(), agreement->record_types.end());
    EXPECT_FALSE(agreement->note.empty()) << agreement->id;
  }
  EXPECT_EQ(covered.size(), 3U);
  EXPECT_EQ(rulebook->agreement("london-ta-notice-2026")->parties.size(), 33U);
  EXPECT_EQ(rulebook->agreement("london-marac-transfer-2026")->parties.size(), 32U);
  EXPECT_EQ(rulebook->agreement("none"), nullptr);
}

TEST_F(London, MayHaveItsDecisionsKept) { EXPECT_TRUE(rulebook->may_keep_decisions()); }

}  // namespace
}  // namespace hub::policy
