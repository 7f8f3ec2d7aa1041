// London's real policies and agreements, asked in tests.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "policy/enforcement.h"
#include "tests/policy/source_file.h"

namespace hub::policy {

inline constexpr const char* kNotice = "ta.placement_notice";
inline constexpr const char* kReferral = "homelessness.local_connection_referral";
inline constexpr const char* kMarac = "violence.marac_transfer";

inline std::vector<RecordTypeFacts> london_types() {
  return {{kNotice,
           "temporary_accommodation",
           {"notice", "property", "needs", "contact", "children", "identifiers"},
           {"notice", "property"},
           {"needs", "identifiers"}},
          {kReferral,
           "homelessness",
           {"referral", "addresses", "household", "needs", "contact", "identifiers"},
           {"addresses"},
           {"referral", "household", "needs", "identifiers"}},
          {kMarac,
           "violence",
           {"referral", "victim", "victim_address", "perpetrator", "children", "risk", "plan",
            "equality"},
           {"victim_address", "perpetrator", "children"},
           {"equality"}}};
}

inline std::string authority(int number) {
  return std::string("E090000") + (number < 10 ? "0" : "") + std::to_string(number);
}

inline std::vector<PartyFacts> london_parties() {
  std::vector<PartyFacts> out;
  for (int i = 1; i <= 33; ++i) out.push_back({authority(i), "Authority " + std::to_string(i)});
  return out;
}

inline std::map<std::string, std::string> london_files() { return source_files("policy/london"); }

inline std::unique_ptr<const Rulebook> make_rulebook(
    const std::map<std::string, std::string>& files,
    const std::vector<PartyFacts>& parties = london_parties(),
    const std::vector<RecordTypeFacts>& types = london_types()) {
  auto made = Rulebook::make(files, parties, types);
  if (!made) {
    for (const auto& mistake : made.error()) ADD_FAILURE() << to_text(mistake);
    return nullptr;
  }
  return std::move(*made);
}

// 2026-11-21 10:00
inline constexpr Time kToday = Time(std::chrono::milliseconds(1'795'255'200'000));

inline Question notice(Door door = Door::Share) {
  Question out;
  out.door = door;
  out.sender = authority(7);
  out.recipient = authority(12);
  out.record_type = kNotice;
  out.field_group = "notice";
  out.agreement = "london-ta-notice-2026";
  out.purpose = "section-208-notice";
  out.legal_basis = "ha1996-s208";
  out.regime = "uk-gdpr";
  out.handling = "official-sensitive";
  out.now = kToday;
  return out;
}

inline Question referral(Door door = Door::Share) {
  auto out = notice(door);
  out.record_type = kReferral;
  out.field_group = "referral";
  out.agreement = "london-local-connection-2026";
  out.purpose = "local-connection-referral";
  out.legal_basis = "ha1996-s198";
  return out;
}

inline Question marac(Door door = Door::Share) {
  auto out = notice(door);
  out.record_type = kMarac;
  out.field_group = "referral";
  out.agreement = "london-marac-transfer-2026";
  out.purpose = "marac-transfer";
  out.legal_basis = "cda1998-s115";
  return out;
}

inline Question viewed(Question question, const std::string& role) {
  question.door = Door::View;
  question.user = "u1";
  question.roles = {role};
  return question;
}

inline bool names(const Verdict& verdict, const std::string& policy) {
  return std::ranges::find(verdict.reasons, policy, &Reason::policy_id) != verdict.reasons.end();
}

// The agreement with one text put in place of another.
inline std::map<std::string, std::string> changed(const std::string& agreement,
                                                  const std::string& from, const std::string& to) {
  auto files = london_files();
  auto& text = files.at("agreements/" + agreement + ".json");
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return files;
}

struct London : testing::Test {
  std::unique_ptr<const Rulebook> rulebook = make_rulebook(london_files());

  void SetUp() override { ASSERT_NE(rulebook, nullptr); }

  void allowed(const Question& question, const std::string& by) const {
    const auto verdict = rulebook->decide(question);
    EXPECT_TRUE(verdict.allowed) << verdict.explanation;
    EXPECT_TRUE(names(verdict, by)) << verdict.explanation;
    EXPECT_THAT(verdict.errors, testing::IsEmpty());
  }

  void refused(const Question& question, const std::string& by) const {
    const auto verdict = rulebook->decide(question);
    EXPECT_FALSE(verdict.allowed) << verdict.explanation;
    ASSERT_EQ(verdict.reasons.size(), 1U) << verdict.explanation;
    EXPECT_EQ(verdict.reasons.front().policy_id, by);
    EXPECT_THAT(verdict.errors, testing::IsEmpty());
    EXPECT_NE(verdict.explanation.find(by), std::string::npos);
  }

  // Refused because nothing permits it.
  void not_permitted(const Question& question) const {
    const auto verdict = rulebook->decide(question);
    EXPECT_FALSE(verdict.allowed) << verdict.explanation;
    EXPECT_THAT(verdict.reasons, testing::IsEmpty()) << verdict.explanation;
    EXPECT_THAT(verdict.errors, testing::IsEmpty());
    EXPECT_FALSE(verdict.explanation.empty());
  }
};

inline Question with_group(Question question, const std::string& group) {
  question.field_group = group;
  return question;
}

}  // namespace hub::policy
