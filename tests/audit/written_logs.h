// The logs of a hub as they are written, in which a test plants what it wants to be found.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "audit/reconcile/finding.h"
#include "core/crypto/merkle.h"

namespace hub::audit {

inline const std::string kSenderCode = "E09000007";
inline const std::string kRecipientCode = "E09000012";
inline const std::string kThirdCode = "E09000030";
inline const std::string kHubName = "test.hub";
inline const Time kStart = from_ms(1'795'262'400'000);

inline crypto::Digest envelope(int number) {
  return crypto::leaf_hash(as_bytes("envelope " + std::to_string(number)));
}

// The logs as they are written, before anybody holds them against each other.
struct Logs {
  std::map<std::string, std::vector<Leaf>> of;  // by party
  std::vector<std::string> without;
  std::vector<std::string> order{kSenderCode, std::string(kBroker), kRecipientCode, kThirdCode};

  Leaf& add(const std::string& party, const std::string& act, const std::string& outcome,
            std::chrono::milliseconds at, std::vector<crypto::Digest> envelopes) {
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

  Leaf& sent(std::chrono::milliseconds at, int number) {
    return add(kSenderCode, "disclosure", "sealed", at, {envelope(number)});
  }
  Leaf& relayed(std::chrono::milliseconds at, int number) {
    return add(std::string(kBroker), "relay", "relayed", at, {envelope(number)});
  }
  Leaf& taken(std::chrono::milliseconds at, int number) {
    return add(kRecipientCode, "collection", "held", at, {envelope(number)});
  }
  Leaf& passed_on(std::chrono::milliseconds at, int number) {
    return add(std::string(kBroker), "receipt", "passed-on", at, {envelope(number)});
  }
  Leaf& settled(std::chrono::milliseconds at, int number, const std::string& outcome = "held") {
    return add(kSenderCode, "receipt", outcome, at, {envelope(number)});
  }

  // Every party was there before and after.
  void everybody(std::chrono::milliseconds at) {
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
  void cut(const std::string& party, std::chrono::milliseconds from) {
    std::erase_if(of.at(party), [&](const Leaf& leaf) { return leaf.time >= kStart + from; });
  }
};

inline constexpr int kComplete = 3;             // exchanges in every pile of logs
inline constexpr int kPlanted = 1;              // the one of them that something happens to
inline constexpr std::chrono::minutes kAt{10};  // when that one is sent

// Three records, each through all five steps within seconds; the logs go on for a day.
inline Logs complete() {
  Logs out;
  out.everybody(std::chrono::minutes(0));
  for (int i = 0; i < kComplete; ++i) {
    const std::chrono::milliseconds at = std::chrono::minutes(10 * i);
    out.sent(at, i);
    out.relayed(at + std::chrono::milliseconds(200), i);
    out.taken(at + std::chrono::milliseconds(400), i);
    out.passed_on(at + std::chrono::milliseconds(600), i);
    out.settled(at + std::chrono::milliseconds(800), i);
  }
  out.everybody(std::chrono::hours(24));
  return out;
}

struct Reconciled {
  std::vector<Finding> findings;
  Summary summary;
};

inline Reconciled reconciled(const Logs& logs,
                             std::chrono::milliseconds late = std::chrono::hours(1)) {
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
inline Finding only(const Reconciled& told) {
  EXPECT_EQ(told.findings.size(), 1U);
  for (const auto& finding : told.findings) EXPECT_EQ(finding.envelope, envelope(kPlanted));
  EXPECT_EQ(told.summary.findings, told.findings.size());
  EXPECT_EQ(told.summary.with_findings, 1U);
  EXPECT_EQ(told.summary.complete, kComplete - 1U);
  return told.findings.empty() ? Finding{} : told.findings.front();
}

// The broker refuses it, the sender confirms; the recipient hears of it later or not yet.
inline Logs stopped_by_the_broker() {
  auto logs = complete();
  logs.forget(std::string(kBroker), "relay", kPlanted);
  auto& refused = logs.add(std::string(kBroker), "refusal", "refused-by-policy",
                           kAt + std::chrono::milliseconds(200), {envelope(kPlanted)});
  Logs::give_terms(refused.entry);
  logs.forget(kRecipientCode, "collection", kPlanted);
  logs.forget(std::string(kBroker), "receipt", kPlanted);
  logs.forget(kSenderCode, "receipt", kPlanted);
  logs.add(kSenderCode, "refusal", "refused-by-policy", kAt + std::chrono::milliseconds(300),
           {envelope(kPlanted)});
  logs.add(std::string(kBroker), "admin", "void-confirmed", kAt + std::chrono::milliseconds(350),
           {envelope(kPlanted)});
  return logs;
}

}  // namespace hub::audit
