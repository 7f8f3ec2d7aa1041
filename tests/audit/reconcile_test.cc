// The logs of a hub held against each other: in otherwise complete logs one thing is planted at a
// time, and that is what is found.
#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

#include "audit/reconcile/finding.h"
#include "core/crypto/merkle.h"

namespace hub::audit {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kSenderCode = "E09000007";
const std::string kRecipientCode = "E09000012";
const std::string kThirdCode = "E09000030";
const std::string kHubName = "test.hub";
const Time kStart = from_ms(1'795'262'400'000);

crypto::Digest envelope(int number) {
  return crypto::leaf_hash(as_bytes("envelope " + std::to_string(number)));
}

// The logs as they are written, before anybody holds them against each other.
struct Logs {
  std::map<std::string, std::vector<Leaf>> of;  // by party
  std::vector<std::string> without;
  std::vector<std::string> order{kSenderCode, std::string(kBroker), kRecipientCode, kThirdCode};

  Leaf& add(const std::string& party, const std::string& act, const std::string& outcome,
            milliseconds at, std::vector<crypto::Digest> envelopes) {
    Leaf leaf;
    leaf.party = party;
    leaf.index = of[party].size();
    leaf.time = kStart + at;
    leaf.entry.act = act;
    leaf.entry.outcome = outcome;
    leaf.entry.sender = kSenderCode;
    leaf.entry.recipient = kRecipientCode;
    leaf.entry.count = envelopes.size();
    leaf.entry.envelopes = std::move(envelopes);
    const bool has_terms = act == "disclosure" || act == "relay" || act == "collection";
    if (has_terms) give_terms(leaf.entry);
    return of[party].emplace_back(std::move(leaf));
  }

  static void give_terms(Entry& entry) {
    entry.record_type = "ta.placement_notice";
    entry.agreement = "london-ta-notice-2026";
    entry.purpose = "homelessness-duty";
    entry.legal_basis = "HA1996-s208";
    entry.regime = "uk-gdpr";
    entry.handling = "official";
  }

  Leaf& sent(milliseconds at, int number) {
    return add(kSenderCode, "disclosure", "sealed", at, {envelope(number)});
  }
  Leaf& relayed(milliseconds at, int number) {
    return add(std::string(kBroker), "relay", "relayed", at, {envelope(number)});
  }
  Leaf& taken(milliseconds at, int number) {
    return add(kRecipientCode, "collection", "held", at, {envelope(number)});
  }
  Leaf& passed_on(milliseconds at, int number) {
    return add(std::string(kBroker), "receipt", "passed-on", at, {envelope(number)});
  }
  Leaf& settled(milliseconds at, int number, const std::string& outcome = "held") {
    return add(kSenderCode, "receipt", outcome, at, {envelope(number)});
  }

  // Every party was there before and after.
  void everybody(milliseconds at) {
    for (const auto& party : order) add(party, "admin", "started", at, {});
  }

  Leaf& leaf_of(const std::string& party, const std::string& act, int number) {
    const auto found = std::ranges::find_if(of.at(party), [&](const Leaf& leaf) {
      return leaf.entry.act == act && std::ranges::find(leaf.entry.envelopes, envelope(number)) !=
                                          leaf.entry.envelopes.end();
    });
    if (found == of.at(party).end()) throw std::logic_error("no such entry");
    return *found;
  }
  // The entry stays, and names nothing.
  void forget(const std::string& party, const std::string& act, int number) {
    leaf_of(party, act, number).entry.envelopes.clear();
  }
  void cut(const std::string& party, milliseconds from) {
    std::erase_if(of.at(party), [&](const Leaf& leaf) { return leaf.time >= kStart + from; });
  }
};

constexpr int kComplete = 3;  // exchanges in every pile of logs
constexpr int kPlanted = 1;   // the one of them that something happens to
constexpr minutes kAt{10};    // when that one is sent

// Three records, each through all five steps within seconds; the logs go on for a day.
Logs complete() {
  Logs out;
  out.everybody(minutes(0));
  for (int i = 0; i < kComplete; ++i) {
    const milliseconds at = minutes(10 * i);
    out.sent(at, i);
    out.relayed(at + milliseconds(200), i);
    out.taken(at + milliseconds(400), i);
    out.passed_on(at + milliseconds(600), i);
    out.settled(at + milliseconds(800), i);
  }
  out.everybody(hours(24));
  return out;
}

struct Reconciled {
  std::vector<Finding> findings;
  Summary summary;
};

Reconciled reconciled(const Logs& logs, milliseconds late = hours(1)) {
  Logbook book;
  for (const auto& party : logs.order) {
    if (std::ranges::find(logs.without, party) != logs.without.end()) continue;
    const auto number = promised(book.add_log(kHubName + "/audit/" + party), "a log of the hub");
    std::uint64_t index = 0;
    for (const auto& leaf : logs.of.at(party)) {
      auto numbered = leaf;
      numbered.index = index;
      // As it stands in an export.
      const auto parsed = parse_leaf(write_leaf(numbered));
      EXPECT_TRUE(parsed.has_value());
      EXPECT_TRUE(book.add(number, index, *parsed).has_value());
      ++index;
    }
  }
  book.arrange();
  Reconciled out;
  out.summary = reconcile(book, late, [&](const Finding& found) { out.findings.push_back(found); });
  return out;
}

// The one finding there is, or one that is none.
Finding only(const Reconciled& told) {
  EXPECT_THAT(told.findings, SizeIs(1));
  for (const auto& finding : told.findings) EXPECT_EQ(finding.envelope, envelope(kPlanted));
  EXPECT_EQ(told.summary.findings, told.findings.size());
  EXPECT_EQ(told.summary.with_findings, 1U);
  EXPECT_EQ(told.summary.complete, kComplete - 1U);
  return told.findings.empty() ? Finding{} : told.findings.front();
}

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

// The broker refuses it, the sender confirms; the recipient hears of it later or not yet.
Logs stopped_by_the_broker() {
  auto logs = complete();
  logs.forget(std::string(kBroker), "relay", kPlanted);
  auto& refused = logs.add(std::string(kBroker), "refusal", "refused-by-policy",
                           kAt + milliseconds(200), {envelope(kPlanted)});
  Logs::give_terms(refused.entry);
  logs.forget(kRecipientCode, "collection", kPlanted);
  logs.forget(std::string(kBroker), "receipt", kPlanted);
  logs.forget(kSenderCode, "receipt", kPlanted);
  logs.add(kSenderCode, "refusal", "refused-by-policy", kAt + milliseconds(300),
           {envelope(kPlanted)});
  logs.add(std::string(kBroker), "admin", "void-confirmed", kAt + milliseconds(350),
           {envelope(kPlanted)});
  return logs;
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

// ---- the logbook

struct LogbookOfTwo : testing::Test {
  Logbook book;
  LogNumber sender = promised(book.add_log("test.hub/audit/E09000007"), "a log");
  LogNumber broker = promised(book.add_log("test.hub/audit/broker"), "a log");

  std::vector<Finding> findings() {
    book.arrange();
    std::vector<Finding> out;
    const auto summary =
        reconcile(book, hours(1), [&](const Finding& found) { out.push_back(found); });
    EXPECT_EQ(summary.findings, out.size());
    return out;
  }
};

TEST_F(LogbookOfTwo, RefusesLogsThatDoNotBelongTogether) {
  EXPECT_EQ(book.add_log("test.hub/audit/broker").error(), LogbookError::SameLog);
  EXPECT_EQ(book.add_log("other.hub/audit/E09000012").error(), LogbookError::OtherHub);
  for (const auto* origin : {"", "broker", "/audit/broker", "test.hub/audit/", "test.hub/audit/a/b",
                             "test.hub/audits/broker"}) {
    EXPECT_EQ(book.add_log(origin).error(), LogbookError::NoOrigin) << origin;
  }
}

TEST_F(LogbookOfTwo, PassesOverWhatIsNoEntryOfTheLogAndSaysSoOnce) {
  Leaf leaf;
  leaf.party = "E09000007";
  leaf.entry.act = "disclosure";
  leaf.entry.envelopes = {envelope(1)};
  leaf.time = kStart;
  leaf.index = 4;
  EXPECT_TRUE(book.add(sender, 5, leaf).has_value());  // another place
  leaf.index = 6;
  leaf.party = "E09000012";
  EXPECT_TRUE(book.add(sender, 6, leaf).has_value());  // another party
  leaf.party = "E09000007";
  leaf.index = 7;
  leaf.time = from_ms(INT64_MAX);
  EXPECT_TRUE(book.add(sender, 7, leaf).has_value());  // a time that no clock shows
  book.add_unreadable(sender, 8);
  const auto found = findings();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found.front().kind, FindingKind::Unreadable);
  EXPECT_EQ(found.front().index, 5U);
  EXPECT_EQ(found.front().answers, "E09000007");
  EXPECT_THAT(found.front().text, HasSubstr("4 entries of this log"));
}

TEST_F(LogbookOfTwo, RepeatsNoMoreOfAHostileValueThanFitsALine) {
  Leaf leaf;
  leaf.party = "broker";
  leaf.entry.act = "relay";
  leaf.entry.sender = "E09000007";
  leaf.entry.purpose = std::string(60'000, 'x');
  leaf.entry.envelopes = {envelope(1)};
  leaf.time = kStart;
  ASSERT_TRUE(book.add(broker, 0, leaf).has_value());
  leaf.party = "E09000007";
  leaf.entry.act = "disclosure";
  leaf.entry.purpose = std::string(60'000, 'y');
  ASSERT_TRUE(book.add(sender, 0, leaf).has_value());
  const auto found = findings();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_LT(found.front().text.size(), 600U);
}

TEST_F(LogbookOfTwo, HoldsNoMoreDifferentWordsThanItHasRoomFor) {
  Leaf leaf;
  leaf.party = "broker";
  leaf.entry.act = "relay";
  leaf.entry.envelopes = {envelope(1)};
  Result<void, LogbookError> added;
  std::uint64_t taken = 0;
  for (; added && taken < 5'000; ++taken) {
    leaf.index = taken;
    leaf.entry.purpose = std::string(60'000, 'x') + std::to_string(taken);
    added = book.add(broker, taken, leaf);
  }
  ASSERT_FALSE(added.has_value());
  EXPECT_EQ(added.error(), LogbookError::TooMuch);
  EXPECT_GT(taken, 1'000U);
}

TEST_F(LogbookOfTwo, TellsTheTimelineOfOneEnvelopeInTheOrderOfTime) {
  Leaf leaf;
  leaf.party = "broker";
  leaf.entry.act = "relay";
  leaf.entry.envelopes = {envelope(1), envelope(2)};
  leaf.time = kStart + minutes(1);
  ASSERT_TRUE(book.add(broker, 0, leaf).has_value());
  leaf.party = "E09000007";
  leaf.entry.act = "disclosure";
  leaf.time = kStart;
  ASSERT_TRUE(book.add(sender, 0, leaf).has_value());
  book.arrange();
  std::vector<Step> steps;
  for (const auto* seen : book.about(envelope(2))) steps.push_back(seen->step);
  EXPECT_THAT(steps, ElementsAre(Step::Sent, Step::Relayed));
  EXPECT_THAT(book.about(envelope(3)), IsEmpty());
  EXPECT_THAT(book.beginning_with("", 1), SizeIs(1));
  EXPECT_THAT(book.beginning_with("", 9), SizeIs(2));
  EXPECT_THAT(book.beginning_with("zz", 9), IsEmpty());
}

TEST(Reconcile, HasAWordForEveryKindAndEveryStep) {
  for (int kind = 0; kind <= static_cast<int>(FindingKind::Unreadable); ++kind) {
    EXPECT_NE(word(static_cast<FindingKind>(kind)), "unknown");
  }
  for (std::size_t step = 0; step < kSteps; ++step) {
    EXPECT_NE(describe(static_cast<Step>(step)), "unknown");
  }
}

}  // namespace
}  // namespace hub::audit
