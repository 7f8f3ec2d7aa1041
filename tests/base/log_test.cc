#include "core/base/log.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/clock.h"

namespace hub {
namespace {

using nlohmann::json;

struct Logged : testing::Test {
  // What the act writes to standard error.
  template <class Act>
  [[nodiscard]] static std::string written(Act act) {
    testing::internal::CaptureStderr();
    act();
    return testing::internal::GetCapturedStderr();
  }
  void SetUp() override { start_log("hub-test", LogLevel::Info); }
};

TEST(JsonQuoted, IsAJsonTextOfTheSameMeaningForEveryAsciiCharacter) {
  std::string all;
  for (int c = 0; c < 0x80; ++c) all.push_back(static_cast<char>(c));
  const auto quoted = json_quoted(all);
  EXPECT_EQ(json::parse(quoted).get<std::string>(), all);
}

TEST(JsonQuoted, HoldsNothingButPrintableAsciiWhateverItIsGiven) {
  std::string all;
  for (int c = 0; c < 0x100; ++c) all.push_back(static_cast<char>(c));
  for (const char c : json_quoted(all)) {
    EXPECT_TRUE(c >= 0x20 && c < 0x7f) << static_cast<int>(c);
  }
}

TEST(JsonQuoted, ReplacesEachByteBeyondAscii) {
  EXPECT_EQ(json_quoted("caf\xC3\xA9 \xE2\x80\x94 \xff"), R"("caf?? ??? ?")");
  EXPECT_EQ(json_quoted("\x7f\x1b[2J\n"), R"("\u007f\u001b[2J\u000a")");
  EXPECT_EQ(json_quoted(R"(a"b\c)"), R"("a\"b\\c")");
  EXPECT_EQ(json_quoted(""), R"("")");
}

TEST_F(Logged, LineIsOneJsonObjectWithItsTimeLevelProcessEventAndValues) {
  const auto line = written([] {
    log_warning("link ended", {{"party", "E09000007"},
                               {"slices", 7},
                               {"reason", std::string("closed \"politely\"\nat noon")},
                               {"least", std::numeric_limits<std::int64_t>::min()}});
  });
  ASSERT_TRUE(line.ends_with("}\n"));
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  const auto said = json::parse(line);
  EXPECT_EQ(said.at("level"), "warning");
  EXPECT_EQ(said.at("process"), "hub-test");
  EXPECT_EQ(said.at("event"), "link ended");
  EXPECT_EQ(said.at("party"), "E09000007");
  EXPECT_EQ(said.at("slices"), 7);
  EXPECT_EQ(said.at("reason"), "closed \"politely\"\nat noon");
  EXPECT_EQ(said.at("least"), std::numeric_limits<std::int64_t>::min());
  const auto time = said.at("time").get<std::string>();
  EXPECT_EQ(time.size(), to_iso(from_ms(0)).size());
  EXPECT_TRUE(parse_iso_date(time.substr(0, 10)));
}

TEST_F(Logged, LinesBelowTheLeastLevelAreDropped) {
  const auto all = [] {
    log_debug("d");
    log_info("i");
    log_warning("w");
    log_error("e");
  };
  const auto events = [](const std::string& lines) {
    std::string out;
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);) {
      out += json::parse(line).at("event").get<std::string>();
    }
    return out;
  };
  EXPECT_EQ(events(written(all)), "iwe");
  start_log("hub-test", LogLevel::Debug);
  EXPECT_EQ(events(written(all)), "diwe");
  start_log("hub-test", LogLevel::Error);
  EXPECT_EQ(events(written(all)), "e");
}

TEST_F(Logged, ValuesAreCut) {
  const auto line = written([] { log_info("long", {{"text", std::string(100'000, '\n')}}); });
  EXPECT_EQ(json::parse(line).at("text").get<std::string>().size(), 512U);
}

TEST_F(Logged, ValuesCannotForgeALineOrAPattern) {
  const auto line = written([] {
    log_info("event", {{"text", "\"}\n{\"event\":\"forged\"}"}, {"percent", "%v {} {:n} %d"}});
  });
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  EXPECT_EQ(json::parse(line).at("event"), "event");
  EXPECT_EQ(json::parse(line).at("percent"), "%v {} {:n} %d");
}

}  // namespace
}  // namespace hub
