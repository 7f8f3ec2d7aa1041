// What the logs of a hub disagree on, what exports do not cover, and what makes no difference.
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

// ---- mismatched

TEST(Reconcile, FindsEachTermThatTheTwoEndsDisagreeOn) {
  const std::vector<std::pair<std::string, std::string Entry::*>> terms{
      {"record type", &Entry::record_type}, {"sender", &Entry::sender},
      {"recipient", &Entry::recipient},     {"agreement", &Entry::agreement},
      {"purpose", &Entry::purpose},         {"legal basis", &Entry::legal_basis},
      {"regime", &Entry::regime},           {"handling", &Entry::handling}};
  for (const auto& [name, term] : terms) {
    for (const auto& [party, act] :
         {std::pair(std::string(kBroker), "relay"), {kRecipientCode, "collection"}}) {
      auto logs = complete();
      logs.leaf_of(party, act, kPlanted).entry.*term = "something-else";
      const auto found = only(reconciled(logs));
      EXPECT_EQ(found.kind, FindingKind::Mismatched) << name;
      EXPECT_EQ(found.origin, kHubName + "/audit/" + party) << name;
      EXPECT_THAT(found.text, HasSubstr(name + ": \"")) << name;
      EXPECT_THAT(found.text, HasSubstr("\"something-else\" in that of " + party)) << name;
    }
  }
}

TEST(Reconcile, FindsATermThatOneEndLeftOut) {
  auto logs = complete();
  logs.leaf_of(kRecipientCode, "collection", kPlanted).entry.purpose.clear();
  EXPECT_THAT(only(reconciled(logs)).text, HasSubstr("nothing in that of E09000012"));
}

TEST(Reconcile, FindsReceiptsThatNameAnotherRecipient) {
  auto logs = complete();
  logs.leaf_of(std::string(kBroker), "receipt", kPlanted).entry.recipient = kThirdCode;
  EXPECT_EQ(only(reconciled(logs)).kind, FindingKind::Mismatched);
}

TEST(Reconcile, FindsAnOutcomeThatTheRecipientDidNotRecord) {
  for (const auto* outcome : {"refused-by-policy", "already-held", ""}) {
    auto logs = complete();
    logs.leaf_of(kSenderCode, "receipt", kPlanted).entry.outcome = outcome;
    const auto found = only(reconciled(logs));
    EXPECT_EQ(found.kind, FindingKind::Mismatched);
    EXPECT_THAT(found.text, HasSubstr("\"held\" in its recipient's (entry 2 of E09000012"));
  }
}

TEST(Reconcile, FindsTheSendersLogThatNeverHeardThatARefusedRecordIsHeld) {
  auto logs = complete();
  logs.leaf_of(kSenderCode, "receipt", kPlanted).entry.outcome = "broken-chain";
  auto& refused = logs.add(kRecipientCode, "refusal", "broken-chain", kAt + milliseconds(300),
                           {envelope(kPlanted)});
  Logs::give_terms(refused.entry);
  EXPECT_EQ(only(reconciled(logs)).kind, FindingKind::Mismatched);
  logs.settled(kAt + minutes(1), kPlanted, "held");
  EXPECT_THAT(reconciled(logs).findings, IsEmpty());
}

TEST(Reconcile, FindsWhatWasTakenInThoughTheBrokerRefusedIt) {
  auto logs = stopped_by_the_broker();
  logs.taken(kAt + minutes(1), kPlanted);
  logs.passed_on(kAt + minutes(1), kPlanted);
  logs.settled(kAt + minutes(1), kPlanted);
  EXPECT_THAT(only(reconciled(logs)).text, HasSubstr("which relayed it at no time"));
}

TEST(Reconcile, FindsALogThatClaimsAnEnvelopeOfOthers) {
  for (const auto* act : {"collection", "disclosure", "receipt"}) {
    auto logs = complete();
    auto& claimed = logs.add(kThirdCode, act, "held", kAt + minutes(2), {envelope(kPlanted)});
    Logs::give_terms(claimed.entry);
    const auto found = only(reconciled(logs));
    EXPECT_EQ(found.kind, FindingKind::Mismatched) << act;
    EXPECT_EQ(found.origin, kHubName + "/audit/" + kThirdCode) << act;
    EXPECT_THAT(found.text, HasSubstr("the envelope is from E09000007 to E09000012")) << act;
  }
}

// ---- what the exports do not cover

TEST(Reconcile, CallsTooNewWhatWasSentAfterTheLastEntryOfTheOtherLog) {
  auto logs = complete();
  logs.cut(std::string(kBroker), kAt);
  logs.cut(kRecipientCode, kAt);
  logs.forget(kSenderCode, "receipt", kPlanted);
  logs.forget(kSenderCode, "receipt", 2);
  EXPECT_EQ(reconciled(logs).summary,
            (Summary{.logs = 4, .envelopes = 3, .complete = 1, .too_new = 2}));
}

TEST(Reconcile, GivesAStepAsMuchTimeAsItMayTakeBeforeItIsMissing) {
  auto logs = complete();
  for (const auto& party : logs.order) logs.cut(party, hours(2));
  logs.forget(kRecipientCode, "collection", kPlanted);
  logs.forget(std::string(kBroker), "receipt", kPlanted);
  logs.forget(kSenderCode, "receipt", kPlanted);
  const auto last = kAt + milliseconds(200) + hours(1);
  logs.add(kRecipientCode, "admin", "started", last - milliseconds(1), {});
  EXPECT_EQ(reconciled(logs).summary.too_new, 1U);
  EXPECT_EQ(only(reconciled(logs, minutes(50))).kind, FindingKind::NeverTakenIn);
  logs.add(kRecipientCode, "admin", "started", last, {});
  EXPECT_EQ(only(reconciled(logs)).kind, FindingKind::NeverTakenIn);
}

TEST(Reconcile, CallsTooOldWhatWasBeforeALogBegan) {
  auto logs = complete();
  // The broker lost its disk and began a new log.
  std::erase_if(logs.of.at(std::string(kBroker)),
                [](const Leaf& leaf) { return leaf.time < kStart + minutes(15); });
  EXPECT_EQ(reconciled(logs).summary,
            (Summary{.logs = 4, .envelopes = 3, .complete = 1, .too_old = 2}));
}

TEST(Reconcile, CountsWhatTakesALogThatWasNotGiven) {
  for (const auto& party : {kSenderCode, std::string(kBroker), kRecipientCode}) {
    auto logs = complete();
    logs.without = {party};
    EXPECT_EQ(reconciled(logs).summary, (Summary{.logs = 3, .envelopes = 3, .not_given = 3}))
        << party;
  }
}

TEST(Reconcile, FindsWhatIsMissingAtTheRecipientWithoutTheBrokersLog) {
  auto logs = complete();
  logs.without = {std::string(kBroker)};
  logs.forget(kRecipientCode, "collection", kPlanted);
  logs.forget(kSenderCode, "receipt", kPlanted);
  const auto told = reconciled(logs);
  ASSERT_THAT(told.findings, SizeIs(1));
  EXPECT_EQ(told.findings.front().kind, FindingKind::NeverTakenIn);
  EXPECT_THAT(told.findings.front().text, HasSubstr("no log of the broker covers that time"));
  EXPECT_EQ(told.summary.not_given, 2U);
}

TEST(Reconcile, CallsAnEmptyLogTooNew) {
  auto logs = complete();
  logs.of.at(kRecipientCode).clear();
  EXPECT_EQ(reconciled(logs).summary.too_new, 3U);
}

// ---- what makes no difference

TEST(Reconcile, FindsNothingInWhatWasSentTwice) {
  auto logs = complete();
  logs.relayed(kAt + minutes(1), kPlanted);
  auto& again = logs.taken(kAt + minutes(2), kPlanted);
  again.entry.outcome = "already-held";
  logs.passed_on(kAt + minutes(3), kPlanted);
  logs.settled(kAt + minutes(3), kPlanted);
  auto& twice = logs.leaf_of(kSenderCode, "disclosure", kPlanted);
  twice.entry.envelopes.push_back(envelope(kPlanted));
  EXPECT_EQ(reconciled(logs).summary, (Summary{.logs = 4, .envelopes = 3, .complete = 3}));
}

TEST(Reconcile, FindsTheSameInWhateverOrderTheLogsCome) {
  auto logs = complete();
  logs.forget(kRecipientCode, "collection", 0);
  logs.leaf_of(std::string(kBroker), "relay", 1).entry.purpose = "other";
  logs.add(kThirdCode, "collection", "held", kAt, {envelope(2)});
  const auto texts = [](const Reconciled& told) {
    std::vector<std::string> out;
    for (const auto& finding : told.findings) out.push_back(finding.origin + finding.text);
    return out;
  };
  std::ranges::sort(logs.order);
  const auto first = reconciled(logs);
  EXPECT_THAT(first.findings, SizeIs(3));
  int orders = 1;
  while (std::ranges::next_permutation(logs.order).found) {
    const auto told = reconciled(logs);
    EXPECT_EQ(texts(told), texts(first));
    EXPECT_EQ(told.summary, first.summary);
    ++orders;
  }
  EXPECT_EQ(orders, 24);
}

TEST(Reconcile, FollowsEveryEnvelopeOfABatchByItself) {
  Logs logs;
  logs.everybody(minutes(0));
  std::vector<crypto::Digest> batch;
  for (int i = 0; i < 100; ++i) batch.push_back(envelope(i));
  logs.add(kSenderCode, "disclosure", "sealed", minutes(1), batch);
  logs.add(std::string(kBroker), "relay", "relayed", minutes(2), batch);
  logs.add(std::string(kBroker), "receipt", "passed-on", minutes(4), batch);
  logs.add(kSenderCode, "receipt", "held", minutes(5), batch);
  batch.erase(batch.begin() + kPlanted);
  logs.add(kRecipientCode, "collection", "held", minutes(3), batch);
  logs.everybody(hours(24));
  const auto told = reconciled(logs);
  ASSERT_THAT(told.findings, SizeIs(1));
  EXPECT_EQ(told.findings.front().envelope, envelope(kPlanted));
  EXPECT_EQ(told.summary.complete, 99U);
}

}  // namespace
}  // namespace hub::audit
