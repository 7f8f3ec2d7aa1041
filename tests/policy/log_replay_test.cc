// Decisions of the past, asked again.
#include "policy/log_replay.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/policy/small_bundle.h"

namespace hub::policy {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::Pair;

json entry(const std::string& act, const std::string& party) {
  return {{"act", act},
          {"party", party},
          {"time", to_ms(kToday)},
          {"sender", authority(7)},
          {"recipient", authority(12)},
          {"record_type", kNotice},
          {"agreement", "london-ta-notice-2026"},
          {"purpose", "section-208-notice"},
          {"legal_basis", "ha1996-s208"},
          {"regime", "uk-gdpr"},
          {"handling", "official-sensitive"},
          {"field_groups", {"notice", "needs"}},
          {"withheld", {"identifiers"}},
          {"count", 3},
          {"seq", 1},
          {"v", 1}};
}

ReplayableLog log_of(const std::vector<json>& entries) {
  ReplayableLog out;
  for (const auto& one : entries) {
    read_logged_line(json{{"index", 1}, {"entry", one}, {"detail", {{"actor", "agent"}}}}.dump(),
                     out);
  }
  return out;
}

TEST(LoggedLine, IsAQuestionForEachOfItsFieldGroups) {
  const auto log = log_of({entry("disclosure", authority(7))});
  ASSERT_EQ(log.decisions.size(), 1U);
  const auto& decision = log.decisions.front();
  EXPECT_EQ(decision.records, 3U);
  ASSERT_EQ(decision.questions.size(), 3U);
  EXPECT_EQ(decision.questions[2].field_group, "identifiers");
  const auto& question = decision.questions.front();
  EXPECT_EQ(question.field_group, "notice");
  EXPECT_EQ(question.sender, authority(7));
  EXPECT_EQ(question.recipient, authority(12));
  EXPECT_EQ(question.purpose, "section-208-notice");
  EXPECT_EQ(question.legal_basis, "ha1996-s208");
  EXPECT_EQ(question.now, kToday);
}

TEST(LoggedLine, IsAskedAtTheDoorThatDecided) {
  const auto door = [](const std::string& act, const std::string& party) {
    return log_of({entry(act, party)}).decisions.at(0).questions.at(0).door;
  };
  EXPECT_EQ(door("disclosure", authority(7)), Door::Share);
  EXPECT_EQ(door("relay", "broker"), Door::Relay);
  EXPECT_EQ(door("collection", authority(12)), Door::Accept);
  EXPECT_EQ(door("refusal", authority(7)), Door::Share);
  EXPECT_EQ(door("refusal", "broker"), Door::Relay);
  EXPECT_EQ(door("refusal", authority(12)), Door::Accept);
}

TEST(LoggedLine, IsCountedWhenItCannotBeReplayed) {
  auto without_groups = entry("refusal", authority(7));
  without_groups.erase("field_groups");
  without_groups.erase("withheld");
  auto without_terms = entry("relay", "broker");
  without_terms.erase("agreement");
  auto log = log_of({entry("consultation", authority(7)), entry("admin", "broker"),
                     entry("receipt", authority(7)), without_groups, without_terms});
  for (const auto* line : {"", "rubbish", "[]", "{}", "{\"entry\": 3}", "{\"entry\": {}}"}) {
    read_logged_line(line, log);
  }
  read_logged_line(std::string(2U << 20U, '['), log);
  EXPECT_TRUE(log.decisions.empty());
  EXPECT_EQ(log.lines, 12U);
  EXPECT_THAT(
      log.left_out,
      ElementsAre(Pair("a look: the log holds no roles", 1U), Pair("not a line of the log", 6U),
                  Pair("nothing that policies decide", 3U),
                  Pair("without the terms or field groups of a decision", 2U)));
}

TEST(LoggedLine, ThatIsTwistedIsCountedToo) {
  for (const auto* key :
       {"act", "party", "time", "sender", "record_type", "field_groups", "count"}) {
    for (const json& odd :
         {json(nullptr), json(-1), json("x"), json::array({1, {2}}), json{{"a", 1}}, json(1e300)}) {
      auto one = entry("disclosure", authority(7));
      one[key] = odd;
      const auto log = log_of({one});
      EXPECT_EQ(log.lines, 1U);
      EXPECT_LE(log.decisions.size(), 1U);
    }
  }
}

TEST(Replay, FindsTheDecisionsThatFlip) {
  auto files = small_files();
  take_out(files[kSmallPermits], "ta-notice-share");
  const auto before = open(small_files());
  const auto after = open(files);
  auto next_day = entry("disclosure", authority(7));
  next_day["time"] = to_ms(kToday) + 86'400'000;
  auto other = entry("disclosure", authority(12));
  other["sender"] = authority(12);
  other["recipient"] = authority(13);
  const auto log = log_of(
      {entry("disclosure", authority(7)), next_day, other, entry("collection", authority(12))});
  const auto diff = replay(before, after, log);
  EXPECT_EQ(diff.compared, 12U);
  EXPECT_EQ(diff.tightened, 3U);
  EXPECT_EQ(diff.loosened, 0U);
  ASSERT_EQ(diff.flips.size(), 1U);  // but for authorities and moments all the same
  EXPECT_EQ(diff.flips[0].count, 3U);
  EXPECT_EQ(diff.flips[0].question.field_group, "notice");
  EXPECT_THAT(diff.flips[0].before.policies, ElementsAre("ta-notice-share"));
  EXPECT_EQ(diff.flips[0].after.without, "no permit");
}

TEST(Replay, AsksAtTheMomentOfTheEntry) {
  auto files = small_files();
  replace(files[kSmallAgreement], "2028-12-31", "2026-10-31");
  const auto before = open(small_files());
  const auto after = open(files);
  auto earlier = entry("disclosure", authority(7));
  earlier["time"] = to_ms(kToday) - 60LL * 86'400'000;
  EXPECT_EQ(replay(before, after, log_of({earlier})).flips.size(), 0U);
  EXPECT_EQ(replay(before, after, log_of({entry("disclosure", authority(7))})).tightened, 2U);
}

TEST(Replay, OfNothingComparesNothing) {
  const auto bundle = open(small_files());
  EXPECT_EQ(replay(bundle, bundle, {}).compared, 0U);
}

}  // namespace
}  // namespace hub::policy
