#include "audit/siem/ocsf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "core/base/encoding.h"
#include "core/base/file.h"
#include "core/crypto/merkle.h"
#include "schemas/codes.h"
#include "tests/audit/ocsf_schema.h"

namespace hub::audit {
namespace {

using nlohmann::json;

const LogSource kSource{"hub.example/audit/E09000007", "hub-agent", "E09000007"};

Leaf leaf_of(Entry entry, std::uint64_t index = 12) {
  return {std::move(entry), "E09000007", index, from_ms(1'790'000'000'123), std::nullopt};
}

crypto::Digest hash_of(const Leaf& leaf) { return crypto::leaf_hash(as_bytes(write_leaf(leaf))); }

json event_of(const Entry& entry) {
  const auto leaf = leaf_of(entry);
  return json::parse(to_ocsf(kSource, leaf, hash_of(leaf)).json);
}

Entry full_entry() {
  Entry out;
  out.act = "disclosure";
  out.outcome = "sealed";
  out.record_type = "ta.placement_notice";
  out.sender = "E09000007";
  out.recipient = "E09000012";
  out.agreement = "london-ta-notice-2026";
  out.purpose = "section-208-notice";
  out.legal_basis = "ha1996-s208";
  out.reason = "Permitted: the agreement names it.";
  out.regime = "uk-gdpr";
  out.handling = "official-sensitive";
  out.originator = "E09000030";
  out.policies = {"ta-notice-share"};
  out.field_groups = {"core", "needs"};
  out.withheld = {"identifiers"};
  out.bundle = 3;
  out.register_number = 2;
  out.count = 6;
  out.envelopes = {crypto::Digest{1}, crypto::Digest{2}};
  out.erased = {{3, 5}};
  out.erased_items = {{7, 1}};
  out.restored = {{8, 9}};
  out.view = "placed-here";
  out.roles = {"notice-lead"};
  return out;
}

// The words in quotes that this finds in the sources of agent, broker and audit/search.
std::set<std::string> words_in_sources(const std::regex& assignment) {
  std::set<std::string> out;
  const std::regex word(R"re("([a-z-]+)")re");
  for (const auto* const folder : {"agent", "broker", "audit/search"}) {
    for (const auto& file :
         std::filesystem::directory_iterator(std::filesystem::path(HUB_SOURCE_DIR) / folder)) {
      if (file.path().extension() != ".cc") continue;
      const auto text = to_text(read_file(file.path(), 1U << 20U));
      for (std::sregex_iterator at(text.begin(), text.end(), assignment), end; at != end; ++at) {
        const auto value = (*at)[1].str();
        for (std::sregex_iterator in(value.begin(), value.end(), word); in != end; ++in) {
          out.insert((*in)[1].str());
        }
      }
    }
  }
  return out;
}

// Behind `.NAME = `; not what is assigned to a job: its act is a function.
std::set<std::string> words_assigned_to(const std::string& name) {
  return words_in_sources(std::regex(R"((?:\.|\s))" + name + R"( =\s*([^=;\s\[][^;]*);)"));
}

const std::set<std::string> kActs{"admin",        "alteration", "collection", "combination",
                                  "consultation", "disclosure", "erasure",    "receipt",
                                  "refusal",      "relay",      "review"};

// All that records have, too.
std::set<std::string> all_outcomes() {
  auto out = words_assigned_to("outcome");
  // How the doors make an entry about a look.
  out.merge(words_in_sources(std::regex(R"((?:entry_about|look_of)\(([^;]*);)")));
  for (const auto& act : kActs) out.erase(act);
  for (int code = 0; code < 256; ++code) {
    const auto outcome = schemas::outcome(static_cast<std::uint8_t>(code));
    if (outcome) out.insert(std::string(word(*outcome)));
    const auto answer = schemas::answer(static_cast<std::uint8_t>(code));
    if (answer) out.insert(std::string(word(*answer)));
  }
  return out;
}

TEST(OcsfEvent, OfTheWholeEntryIsThis) {
  auto leaf = leaf_of(full_entry());
  leaf.detail = crypto::Digest{9};
  const auto event = to_ocsf(kSource, leaf, crypto::Digest{0xAB});
  EXPECT_EQ(
      event.json,
      R"({"activity_id":1,"activity_name":"Create","category_uid":6,)"
      R"("category_name":"Application Activity","class_uid":6003,"class_name":"API Activity",)"
      R"("type_uid":600301,"type_name":"API Activity: Create","severity_id":1,)"
      R"("severity":"Informational","status_id":1,"status":"Success","time":1790000000123,)"
      R"("metadata":{"version":"1.8.0",)"
      R"("product":{"name":"Borough Hub","vendor_name":"Borough Hub"},)"
      R"("log_provider":"hub-agent","log_name":"hub.example/audit/E09000007",)"
      R"("tenant_uid":"E09000007","uid":"hub.example/audit/E09000007#12","sequence":12,)"
      R"("event_code":"disclosure"},"message":"disclosure: sealed","status_code":"sealed",)"
      R"("status_detail":"Permitted: the agreement names it.",)"
      R"("actor":{"app_name":"hub-agent","app_uid":"E09000007"},)"
      R"("src_endpoint":{"uid":"E09000007","svc_name":"hub-agent"},)"
      R"("dst_endpoint":{"uid":"E09000012","svc_name":"hub-agent"},)"
      R"("api":{"operation":"disclosure","service":{"name":"hub-agent"}},)"
      R"("resources":[{"name":"ta.placement_notice","type":"record type"}],)"
      R"("raw_data_hash":{"algorithm":"SHA-256","algorithm_id":3,"value":)"
      R"("ab00000000000000000000000000000000000000000000000000000000000000"},)"
      R"("unmapped":{"act":"disclosure","outcome":"sealed","count":6,)"
      R"("agreement":"london-ta-notice-2026","purpose":"section-208-notice",)"
      R"("legal_basis":"ha1996-s208","regime":"uk-gdpr","handling":"official-sensitive",)"
      R"("originator":"E09000030","view":"placed-here","roles":["notice-lead"],"bundle":3,"register":2,"policies":["ta-notice-share"],)"
      R"("field_groups":["core","needs"],"withheld":["identifiers"],"envelopes":2,)"
      R"("erased":[[3,5]],"erased_items":[[7,1]],"restored":[[8,9]]}})");
  EXPECT_EQ(event.severity, OcsfSeverity::Informational);
  EXPECT_EQ(event.index, 12U);
  EXPECT_EQ(event.act, "disclosure");
}

TEST(OcsfEvent, OfAConsultationIsThis) {
  Entry entry;
  entry.act = "consultation";
  entry.outcome = "shown";
  entry.record_type = "ta.placement_notice";
  entry.recipient = "E09000007";
  entry.count = 1;
  const auto event = event_of(entry);
  EXPECT_EQ(event["class_uid"], 6005);
  EXPECT_EQ(event["type_uid"], 600501);
  EXPECT_EQ(event["database"]["uid"], "E09000007");
  EXPECT_EQ(event["table"]["name"], "ta.placement_notice");
  EXPECT_EQ(event["actor"], (json{{"app_name", "hub-agent"}, {"app_uid", "E09000007"}}));
}

TEST(OcsfEvent, OfARefusalIsAFailureWithItsReason) {
  auto entry = full_entry();
  entry.act = "refusal";
  entry.outcome = "refused-by-policy";
  const auto event = event_of(entry);
  EXPECT_EQ(event["status_id"], 2);
  EXPECT_EQ(event["severity_id"], 2);
  EXPECT_EQ(event["status_detail"], entry.reason);
  entry.outcome = "identity-reused";
  EXPECT_EQ(event_of(entry)["severity_id"], 3);
  entry.act = "receipt";
  EXPECT_EQ(event_of(entry)["status_id"], 2) << "the recipient refused";
  entry.outcome = "held";
  EXPECT_EQ(event_of(entry)["status_id"], 1);
}

TEST(OcsfEvent, OfAdministrationNamesWhatItIsAbout) {
  const auto entity = [](const char* outcome) {
    Entry entry;
    entry.act = "admin";
    entry.outcome = outcome;
    entry.bundle = 4;
    entry.register_number = 7;
    return event_of(entry)["entity"];
  };
  EXPECT_EQ(entity("started")["name"], "hub-agent");
  EXPECT_EQ(entity("register-in-force")["version"], "7");
  EXPECT_EQ(entity("bundle-in-force")["version"], "4");
  EXPECT_EQ(entity("epoch-key-destroyed")["type"], "epoch-key");
  EXPECT_EQ(entity("stream-reopened")["type"], "stream");
  EXPECT_EQ(entity("log-forked")["type"], "log");
}

TEST(OcsfEvent, IsValidAndHasItsPlaceForEveryActAndOutcomeThatTheSourcesWrite) {
  const auto acts = words_assigned_to("act");
  const auto outcomes = all_outcomes();
  for (const auto& act : acts) EXPECT_TRUE(kActs.contains(act)) << act;
  for (const auto* const act :
       {"admin", "collection", "consultation", "disclosure", "receipt", "refusal", "relay"}) {
    EXPECT_TRUE(acts.contains(act)) << act;
  }
  for (const auto* const outcome : {"sealed", "log-not-continued", "bundle-in-force", "shown",
                                    "broken-chain", "bad-signature", "passed-on"}) {
    EXPECT_TRUE(outcomes.contains(outcome)) << outcome;
  }
  for (const auto& act : kActs) {
    for (const auto& outcome : outcomes) {
      auto entry = full_entry();
      entry.act = act;
      entry.outcome = outcome;
      const auto event = event_of(entry);
      EXPECT_EQ(ocsf_faults(event), std::vector<std::string>()) << act << " " << outcome;
      EXPECT_NE(event["status_id"], 0) << act;
    }
  }
}

TEST(OcsfEvent, OfAdministrationHasTheActivityThatFits) {
  const std::map<std::string, std::string> expected{
      {"started", "Activate"},        {"register-in-force", "Update"},
      {"bundle-in-force", "Update"},  {"epoch-key-destroyed", "Delete"},
      {"stream-reopened", "Create"},  {"stream-abandoned", "Delete"},
      {"void-confirmed", "Update"},   {"log-opened-anew", "Create"},
      {"log-restored", "Update"},     {"log-forked", "Other"},
      {"log-not-continued", "Other"}, {"something-administered", "Other"}};
  for (const auto& [outcome, activity] : expected) {
    Entry entry;
    entry.act = "admin";
    entry.outcome = outcome;
    EXPECT_EQ(event_of(entry)["activity_name"], activity) << outcome;
    EXPECT_EQ(event_of(entry)["severity"], outcome.starts_with("log-") ? "High" : "Informational");
  }
}

TEST(OcsfEvent, IsValidForAnActThatNobodyKnows) {
  Entry entry;
  entry.act = "something-new";
  entry.outcome = "done";
  const auto event = event_of(entry);
  EXPECT_EQ(ocsf_faults(event), std::vector<std::string>());
  EXPECT_EQ(event["class_uid"], 6003);
  EXPECT_EQ(event["activity_id"], 99);
  EXPECT_EQ(event["status_id"], 0);
  EXPECT_EQ(event["api"]["operation"], "something-new");
  entry.outcome.clear();
  EXPECT_EQ(ocsf_faults(event_of(entry)), std::vector<std::string>());
}

TEST(OcsfEvent, LeadsBackToItsEntry) {
  const auto leaf = leaf_of(full_entry(), 70'001);
  const auto event = json::parse(to_ocsf(kSource, leaf, hash_of(leaf)).json);
  EXPECT_EQ(event["metadata"]["log_name"], kSource.origin);
  EXPECT_EQ(event["metadata"]["sequence"], 70'001);
  EXPECT_EQ(event["metadata"]["uid"], kSource.origin + "#70001");
  EXPECT_EQ(event["raw_data_hash"]["value"], to_hex(hash_of(leaf)));
}

// Every field of an entry was decided on: one more does not compile here. Add it to ocsf.cc (in
// `unmapped` at least), unless it may hold personal data, and to full_entry().
TEST(OcsfEvent, HasEveryFieldOfAnEntryAndNothingOfItsDetail) {
  const auto entry = full_entry();
  const auto& [act, outcome, record_type, sender, recipient, agreement, purpose, legal_basis,
               reason, regime, handling, originator, view, roles, policies, field_groups, withheld,
               bundle, register_number, count, envelopes, erased, erased_items, restored] = entry;
  auto leaf = leaf_of(entry);
  leaf.detail = crypto::Digest{0x77};
  const auto text = to_ocsf(kSource, leaf, hash_of(leaf)).json;
  for (const auto& each : {act, outcome, record_type, sender, recipient, agreement, purpose,
                           legal_basis, reason, regime, handling, originator, view, roles.front(),
                           policies.front(), field_groups.front(), withheld.front()}) {
    EXPECT_NE(text.find('"' + each + '"'), std::string::npos) << each;
  }
  const auto rest = json::parse(text)["unmapped"];
  EXPECT_EQ(rest["bundle"], bundle);
  EXPECT_EQ(rest["register"], register_number);
  EXPECT_EQ(rest["count"], count);
  EXPECT_EQ(rest["envelopes"], envelopes.size());
  EXPECT_EQ(rest["erased"], json(erased));
  EXPECT_EQ(rest["erased_items"], (json{{erased_items[0].index, erased_items[0].position}}));
  EXPECT_EQ(rest["restored"], json(restored));
  EXPECT_EQ(text.find("detail\""), text.find("status_detail\"") + 7) << "the commitment stays";
}

TEST(OcsfEvent, IsOneLineInUtf8WhateverTheEntryHolds) {
  auto entry = full_entry();
  entry.reason = "two\nlines, a \"quote\", a tab\t, \x7f, caf\xC3\xA9 and a broken \xC3";
  entry.purpose = std::string("nul\0inside", 10);
  const auto leaf = leaf_of(entry);
  const auto text = to_ocsf(kSource, leaf, hash_of(leaf)).json;
  EXPECT_TRUE(std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }));
  EXPECT_NE(text.find("caf\xC3\xA9"), std::string::npos);
  EXPECT_EQ(ocsf_faults(json::parse(text)), std::vector<std::string>());
  EXPECT_FALSE(json::parse(text)["metadata"].contains("is_truncated"));
}

TEST(OcsfEvent, IsCutInsideNoCharacterAndSaysSo) {
  auto entry = full_entry();
  entry.purpose = std::string(127, 'x') + "\xC3\xA9";
  auto event = event_of(entry);
  EXPECT_EQ(event["unmapped"]["purpose"], std::string(127, 'x'));
  EXPECT_EQ(event["metadata"]["is_truncated"], true);
  entry.purpose = std::string(126, 'x') + "\xC3\xA9";
  event = event_of(entry);
  EXPECT_EQ(event["unmapped"]["purpose"], entry.purpose);
  EXPECT_FALSE(event["metadata"].contains("is_truncated"));
}

TEST(OcsfEvent, NeverGrowsBeyondItsLimit) {
  // Quotes double in JSON.
  const std::string longest(2000, '"');
  const std::vector<std::string> many(3000, longest);
  Entry entry{longest, longest, longest, longest, longest, longest, longest, longest,
              longest, longest, longest, longest, longest, many,    many,    many,
              many,    1,       1,       1,       {},      {},      {},      {}};
  entry.erased_items.assign(1000, {1'000'000'000'000, 1'000});
  entry.envelopes.resize(kMostEnvelopes);
  entry.erased.assign(1000, {1'000'000'000'000, 1'000'000'000'001});
  for (const auto& act : kActs) {
    entry.act = act;
    const auto event = to_ocsf(kSource, leaf_of(entry), {});
    EXPECT_LE(event.json.size(), kLargestEvent) << act;
    const auto parsed = json::parse(event.json);
    EXPECT_EQ(parsed["metadata"]["is_truncated"], true);
    EXPECT_EQ(parsed["unmapped"]["envelopes"], kMostEnvelopes);
    EXPECT_EQ(ocsf_faults(parsed), std::vector<std::string>()) << act;
  }
}

TEST(OcsfEvent, KeepsListsThatAreShortEnough) {
  auto entry = full_entry();
  entry.policies.assign(32, "policy");
  auto event = event_of(entry);
  EXPECT_EQ(event["unmapped"]["policies"].size(), 32U);
  EXPECT_FALSE(event["metadata"].contains("is_truncated"));
  entry.policies.emplace_back("one-more");
  event = event_of(entry);
  EXPECT_EQ(event["unmapped"]["policies"].size(), 32U);
  EXPECT_EQ(event["metadata"]["is_truncated"], true);
}

TEST(OcsfGap, SaysWhichEntriesAreNotSent) {
  const auto event = gap_event(kSource, {5, 9}, GapReason::TooFarBehind, from_ms(77));
  const auto parsed = json::parse(event.json);
  EXPECT_EQ(ocsf_faults(parsed), std::vector<std::string>());
  EXPECT_EQ(parsed["class_uid"], 6008);
  EXPECT_EQ(parsed["time"], 77);
  EXPECT_EQ(parsed["status_code"], "too-far-behind");
  EXPECT_EQ(parsed["unmapped"], (json{{"first", 5}, {"last", 9}, {"entries", 5}}));
  EXPECT_EQ(parsed["metadata"]["uid"], kSource.origin + "#gap-5-9");
  EXPECT_FALSE(parsed["metadata"].contains("sequence"));
  EXPECT_FALSE(event.index);
  const auto gone = json::parse(gap_event(kSource, {0, 0}, GapReason::NotInLog, {}).json);
  EXPECT_EQ(gone["status_code"], "not-in-log");
  EXPECT_EQ(gone["unmapped"]["entries"], 1);
}

TEST(OcsfUnreadableEntry, StillNamesItsPlaceAndHash) {
  const auto event = unreadable_entry(kSource, 3, crypto::Digest{5}, from_ms(77));
  const auto parsed = json::parse(event.json);
  EXPECT_EQ(ocsf_faults(parsed), std::vector<std::string>());
  EXPECT_EQ(parsed["metadata"]["sequence"], 3);
  EXPECT_EQ(parsed["raw_data_hash"]["value"], to_hex(crypto::Digest{5}));
}

// The check that checks the rest can fail.
TEST(OcsfSchema, FindsWhatIsWrong) {
  const auto sound = event_of(full_entry());
  ASSERT_EQ(ocsf_faults(sound), std::vector<std::string>());
  for (const auto* const name : {"activity_id", "category_uid", "class_uid", "metadata", "actor",
                                 "severity_id", "time", "type_uid", "api", "src_endpoint"}) {
    auto event = sound;
    event.erase(name);
    EXPECT_FALSE(ocsf_faults(event).empty()) << name;
  }
  const auto changed = [&](const char* path, const json& value) {
    auto event = sound;
    event[json::json_pointer(path)] = value;
    return ocsf_faults(event).size();
  };
  EXPECT_EQ(changed("/severity_id", 7), 1U);
  EXPECT_EQ(changed("/severity", "Low"), 1U);
  EXPECT_EQ(changed("/time", "now"), 1U);
  EXPECT_EQ(changed("/colour", "red"), 1U);
  EXPECT_EQ(changed("/actor", json::object()), 1U);
  EXPECT_EQ(changed("/type_uid", 600'302), 1U);
  EXPECT_EQ(changed("/category_uid", 3), 1U);
  EXPECT_EQ(changed("/raw_data_hash/algorithm", "MD5"), 1U);
  EXPECT_EQ(changed("/resources/0/name", 5), 1U);
}

}  // namespace
}  // namespace hub::audit
