// The logs of a hub held against each other: in otherwise complete logs one thing is planted at a
// time, and that is what is found.
#include <gmock/gmock.h>

#include "tests/audit/written_logs.h"

namespace hub::audit {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Reconcile, FindsNothingInCompleteLogs) {
  const auto told = reconciled(complete());
  EXPECT_THAT(told.findings, IsEmpty());
  EXPECT_EQ(told.summary, (Summary{.logs = 4, .envelopes = 3, .complete = 3}));
}

TEST(Reconcile, FindsNothingInLogsThatNameNoEnvelope) {
  Logs logs;
  logs.everybody(minutes(0));
  EXPECT_EQ(reconciled(logs).summary, (Summary{.logs = 4}));
}

// ---- missing

TEST(Reconcile, SaysThatTheBrokerOrTheWayToItLostWhatNobodyElseHad) {
  auto logs = complete();
  logs.forget(std::string(kBroker), "relay", kPlanted);
  logs.forget(kRecipientCode, "collection", kPlanted);
  logs.forget(std::string(kBroker), "receipt", kPlanted);
  logs.forget(kSenderCode, "receipt", kPlanted);
  const auto found = only(reconciled(logs));
  EXPECT_EQ(found.kind, FindingKind::NeverRelayed);
  EXPECT_EQ(found.answers, "");
  EXPECT_EQ(found.origin, kHubName + "/audit/" + kSenderCode);
  EXPECT_EQ(found.index, 3U);
  EXPECT_EQ(found.time, kStart + kAt);
  EXPECT_THAT(found.text, HasSubstr("the broker lost it or dropped it, or it had not arrived when "
                                    "the broker's log was exported"));
}

TEST(Reconcile, NamesTheBrokerWhereTheRecipientHadWhatItDidNotRelay) {
  auto logs = complete();
  logs.forget(std::string(kBroker), "relay", kPlanted);
  logs.forget(std::string(kBroker), "receipt", kPlanted);
  const auto found = only(reconciled(logs));
  EXPECT_EQ(found.kind, FindingKind::NeverRelayed);
  EXPECT_EQ(found.answers, kBroker);
  EXPECT_THAT(found.text, HasSubstr("E09000012 had it (entry 2 of E09000012, "));
}

TEST(Reconcile, NamesTheBrokerByItsOwnLogWhereItPassedOnAReceiptOfWhatItDidNotRelay) {
  auto logs = complete();
  logs.forget(std::string(kBroker), "relay", kPlanted);
  logs.without = {kRecipientCode};
  auto told = reconciled(logs);
  EXPECT_THAT(told.findings, SizeIs(1));
  EXPECT_EQ(told.findings.front().answers, kBroker);
  EXPECT_EQ(told.summary.not_given, 2U);
}

TEST(Reconcile, BelievesNoSendersWordAloneAgainstTheBroker) {
  auto logs = complete();
  logs.forget(std::string(kBroker), "relay", kPlanted);
  logs.forget(kRecipientCode, "collection", kPlanted);
  logs.forget(std::string(kBroker), "receipt", kPlanted);
  const auto found = only(reconciled(logs));
  EXPECT_EQ(found.kind, FindingKind::NeverRelayed);
  EXPECT_EQ(found.answers, "");
  EXPECT_THAT(found.text, HasSubstr("its sender's log holds a receipt for it"));
}

TEST(Reconcile, SaysThatTheSenderMayHaveSealedItAgainAfterItGaveUpAStream) {
  auto logs = complete();
  for (const auto& [party, act] : {std::pair(std::string(kBroker), "relay"),
                                   {kRecipientCode, "collection"},
                                   {std::string(kBroker), "receipt"},
                                   {kSenderCode, "receipt"}}) {
    logs.forget(party, act, kPlanted);
  }
  logs.add(kSenderCode, "admin", "stream-reopened", hours(25), {});
  EXPECT_THAT(only(reconciled(logs)).text,
              HasSubstr("gave up a stream to that recipient later (entry 8 of E09000007"));
}

TEST(Reconcile, SaysThatItWasRelayedAndNeverTakenIn) {
  auto logs = complete();
  logs.forget(kRecipientCode, "collection", kPlanted);
  logs.forget(std::string(kBroker), "receipt", kPlanted);
  logs.forget(kSenderCode, "receipt", kPlanted);
  const auto found = only(reconciled(logs));
  EXPECT_EQ(found.kind, FindingKind::NeverTakenIn);
  EXPECT_EQ(found.answers, "");
  EXPECT_EQ(found.origin, kHubName + "/audit/broker");
  EXPECT_THAT(found.text, HasSubstr("The broker relayed it: it kept it back, or its recipient was "
                                    "not connected, or did not record it"));
}

TEST(Reconcile, NamesTheRecipientWhereTwoLogsHaveAReceiptOfWhatItDidNotRecord) {
  auto logs = complete();
  logs.forget(kRecipientCode, "collection", kPlanted);
  const auto found = only(reconciled(logs));
  EXPECT_EQ(found.kind, FindingKind::NeverTakenIn);
  EXPECT_EQ(found.answers, kRecipientCode);
}

TEST(Reconcile, BelievesTheBrokerAloneNothingAgainstTheRecipient) {
  auto logs = complete();
  logs.forget(kRecipientCode, "collection", kPlanted);
  logs.forget(kSenderCode, "receipt", kPlanted);
  const auto found = only(reconciled(logs));
  EXPECT_EQ(found.kind, FindingKind::NeverTakenIn);
  EXPECT_EQ(found.answers, "");
  EXPECT_THAT(found.text, HasSubstr("that of broker speaks of its receipt"));
}

TEST(Reconcile, SaysThatWhatWasTakenInWasNeverSent) {
  auto logs = complete();
  logs.forget(kSenderCode, "disclosure", kPlanted);
  const auto found = only(reconciled(logs));
  EXPECT_EQ(found.kind, FindingKind::NeverSent);
  EXPECT_EQ(found.answers, "");
  EXPECT_THAT(found.text, HasSubstr("the log of E09000007 does not say that it was sent"));
  EXPECT_THAT(found.text, HasSubstr("E09000012 (entry 2 of E09000012, "));
  EXPECT_THAT(found.text, HasSubstr(" and the broker (entry 3 of broker, "));
}

TEST(Reconcile, FindsWhatTheRecipientAloneClaimsToHave) {
  auto logs = complete();
  logs.taken(hours(2), 77);
  const auto told = reconciled(logs);
  ASSERT_THAT(told.findings, SizeIs(1));
  EXPECT_EQ(told.findings.front().kind, FindingKind::NeverSent);
  EXPECT_EQ(told.findings.front().envelope, envelope(77));
  EXPECT_EQ(told.summary.complete, 3U);
}

TEST(Reconcile, SaysThatNoReceiptReachedTheBroker) {
  auto logs = complete();
  logs.forget(std::string(kBroker), "receipt", kPlanted);
  logs.forget(kSenderCode, "receipt", kPlanted);
  const auto found = only(reconciled(logs));
  EXPECT_EQ(found.kind, FindingKind::NeverPassedOn);
  EXPECT_EQ(found.answers, "");
}

TEST(Reconcile, NamesTheBrokerWhereTheSenderHasTheReceiptThatItDidNotRecord) {
  auto logs = complete();
  logs.forget(std::string(kBroker), "receipt", kPlanted);
  const auto found = only(reconciled(logs));
  EXPECT_EQ(found.kind, FindingKind::NeverPassedOn);
  EXPECT_EQ(found.answers, kBroker);
}

TEST(Reconcile, SaysThatTheReceiptWasNeverSettled) {
  auto logs = complete();
  logs.forget(kSenderCode, "receipt", kPlanted);
  const auto found = only(reconciled(logs));
  EXPECT_EQ(found.kind, FindingKind::NeverSettled);
  EXPECT_EQ(found.origin, kHubName + "/audit/broker");
  EXPECT_EQ(found.answers, "");
}

TEST(Reconcile, ReportsAMissingRelayOnceAndNotWhatFollowsFromIt) {
  auto logs = complete();
  logs.cut(std::string(kBroker), kAt);
  logs.cut(kRecipientCode, kAt);
  logs.everybody(hours(30));
  logs.forget(kSenderCode, "receipt", kPlanted);
  logs.forget(kSenderCode, "receipt", 2);
  const auto told = reconciled(logs);
  EXPECT_THAT(told.findings, SizeIs(2));
  EXPECT_EQ(told.summary.complete, 1U);
}

// ---- refused

void refuse(Logs& logs, const std::string& outcome) {
  logs.forget(kRecipientCode, "collection", kPlanted);
  auto& refused =
      logs.add(kRecipientCode, "refusal", outcome, kAt + milliseconds(400), {envelope(kPlanted)});
  Logs::give_terms(refused.entry);
  logs.leaf_of(kSenderCode, "receipt", kPlanted).entry.outcome = outcome;
}

TEST(Reconcile, CallsWhatTheRecipientRefusedComplete) {
  for (const auto* outcome : {"refused-by-policy", "reseal", "body-invalid"}) {
    auto logs = complete();
    refuse(logs, outcome);
    EXPECT_EQ(reconciled(logs).summary.complete, 3U) << outcome;
  }
}

TEST(Reconcile, CallsWhatTheBrokerRefusedAndTheSenderConfirmedComplete) {
  auto logs = stopped_by_the_broker();
  EXPECT_THAT(reconciled(logs).findings, IsEmpty());
  EXPECT_EQ(reconciled(logs).summary.complete, 3U);
  // The recipient is told of the empty place; it knows no terms of it.
  logs.add(kRecipientCode, "refusal", "refused-by-policy", kAt + hours(3), {envelope(kPlanted)});
  logs.passed_on(kAt + hours(3), kPlanted);
  EXPECT_THAT(reconciled(logs).findings, IsEmpty());
  EXPECT_EQ(reconciled(logs).summary.complete, 3U);
}

TEST(Reconcile, CallsWhatExpiredOnItsWayComplete) {
  auto logs = complete();
  for (const auto* act : {"collection", "receipt"}) {
    logs.forget(act == std::string("receipt") ? kSenderCode : kRecipientCode, act, kPlanted);
  }
  logs.forget(std::string(kBroker), "receipt", kPlanted);
  logs.add(std::string(kBroker), "refusal", "expired", hours(20), {envelope(kPlanted)});
  logs.add(kSenderCode, "refusal", "expired", hours(21), {envelope(kPlanted)});
  EXPECT_THAT(reconciled(logs).findings, IsEmpty());
  EXPECT_EQ(reconciled(logs).summary.complete, 3U);
}

TEST(Reconcile, SaysThatTheSenderNeverConfirmedWhatTheBrokerRefused) {
  auto logs = stopped_by_the_broker();
  logs.forget(kSenderCode, "refusal", kPlanted);
  auto found = only(reconciled(logs));
  EXPECT_EQ(found.kind, FindingKind::NeverConfirmed);
  EXPECT_THAT(found.text, HasSubstr("signed confirmation (entry "));
  logs.forget(std::string(kBroker), "admin", kPlanted);
  found = only(reconciled(logs));
  EXPECT_EQ(found.kind, FindingKind::NeverConfirmed);
  EXPECT_THAT(found.text, HasSubstr("the broker did not tell its sender"));
}

TEST(Reconcile, FindsARefusalThatTheBrokerKnowsNothingOf) {
  auto logs = stopped_by_the_broker();
  logs.leaf_of(kSenderCode, "refusal", kPlanted).entry.outcome = "unknown-type";
  const auto found = only(reconciled(logs));
  EXPECT_EQ(found.kind, FindingKind::Mismatched);
  EXPECT_THAT(found.text, HasSubstr("the broker will not deliver it (unknown-type)"));
}

// ---- late

TEST(Reconcile, CallsLateWhatTookLongerThanItMay) {
  auto logs = complete();
  logs.leaf_of(kRecipientCode, "collection", kPlanted).time += minutes(90);
  const auto found = only(reconciled(logs));
  EXPECT_EQ(found.kind, FindingKind::Late);
  EXPECT_EQ(found.origin, kHubName + "/audit/" + kRecipientCode);
  EXPECT_THAT(found.text, HasSubstr("1 h 30 min 0 s from its sender"));
  EXPECT_THAT(reconciled(logs, hours(2)).findings, IsEmpty());
}

TEST(Reconcile, CallsNothingLateThatTookExactlyAsLongAsItMay) {
  auto logs = complete();
  EXPECT_THAT(reconciled(logs, milliseconds(400)).findings, IsEmpty());
  EXPECT_THAT(reconciled(logs, milliseconds(399)).findings, SizeIs(3));
}

TEST(Reconcile, TakesNoClockThatIsBehindForLate) {
  auto logs = complete();
  logs.leaf_of(kRecipientCode, "collection", kPlanted).time -= minutes(5);
  EXPECT_THAT(reconciled(logs).findings, IsEmpty());
}

}  // namespace
}  // namespace hub::audit
