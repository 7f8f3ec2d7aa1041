#include "core/base/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/base/flipped.h"

namespace hub {
namespace {

using nlohmann::json;

std::string nested(std::size_t depth, char open = '[', char close = ']') {
  return std::string(depth, open) + std::string(depth, close);
}

std::string reason_of(std::string_view text, JsonLimits limits = {}) {
  const auto parsed = parse_json(text, limits);
  return parsed ? "accepted" : parsed.error().reason;
}

std::size_t line_of(std::string_view text) {
  const auto parsed = parse_json(text);
  EXPECT_FALSE(parsed) << text;
  return parsed ? 0 : parsed.error().line;
}

TEST(Json, GivesTheValueOfWhatIsValid) {
  const auto parsed = parse_json(R"({"a": [1, -2.5, true, null, "x\u00e9"], "b": {}})");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->at("a").at(0), 1);
  EXPECT_EQ(parsed->at("a").at(4), "x\xC3\xA9");
  EXPECT_TRUE(parsed->at("b").empty());
  EXPECT_EQ(*parse_json("7"), json(7));
}

TEST(Json, IsRefusedTruncatedOrWithAnythingBehindIt) {
  const std::string text = R"({"a": [1, 22, {"b": "\u00e9"}], "c": false})";
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(reason_of(text.substr(0, size)), "it is not valid JSON") << size;
  }
  EXPECT_EQ(reason_of(text + "0"), "it is not valid JSON");
  EXPECT_EQ(reason_of(text + " \n"), "accepted");
}

TEST(Json, NeverEndsInAnExceptionWithAnyBitFlipped) {
  const std::string text = R"({"a": [1, 22.5e7, {"b": "\u00e9"}], "c": false})";
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    const auto changed = flipped(text, bit);
    refused += parse_json(changed) ? 0 : 1;
  }
  EXPECT_GT(refused, 4 * text.size());
}

TEST(Json, IsRefusedWhenLargerThanAllowed) {
  const std::string text = R"(["12345"])";
  EXPECT_EQ(reason_of(text, {.max_bytes = text.size(), .max_depth = 1}), "accepted");
  EXPECT_EQ(reason_of(text, {.max_bytes = text.size() - 1, .max_depth = 1}),
            "the text is too large");
}

TEST(Json, IsRefusedWhenNestedDeeperThanAllowed) {
  for (const std::size_t depth : {1U, 2U, 32U}) {
    EXPECT_EQ(reason_of(nested(depth), {.max_bytes = 1024, .max_depth = depth}), "accepted");
    EXPECT_EQ(reason_of(nested(depth + 1), {.max_bytes = 1024, .max_depth = depth}),
              "it is nested too deeply");
  }
  EXPECT_EQ(reason_of(R"({"a":{"b":{}}})", {.max_bytes = 1024, .max_depth = 3}), "accepted");
  EXPECT_EQ(reason_of(R"({"a":{"b":[]}})", {.max_bytes = 1024, .max_depth = 2}),
            "it is nested too deeply");
}

TEST(Json, CountsNoBracketsInsideTexts) {
  EXPECT_EQ(reason_of(R"(["[[[[", "\"[[[[", "\\", "{{{{"])", {.max_bytes = 1024, .max_depth = 1}),
            "accepted");
}

TEST(Json, HoldsOutAgainstAMillionOpenBrackets) {
  EXPECT_EQ(reason_of(std::string(1'000'000, '[')), "it is nested too deeply");
  EXPECT_EQ(reason_of(nested(500'000)), "it is nested too deeply");
}

TEST(Json, IsRefusedWithTheSameKeyTwiceInOneObjectOnly) {
  const std::string twice = "an object has the same key twice";
  EXPECT_EQ(reason_of(R"({"a": 1, "a": 1})"), twice);
  EXPECT_EQ(reason_of(R"([{"b": {"a": 1, "c": 2, "a": 3}}])"), twice);
  EXPECT_EQ(reason_of(R"({"a": 1, "\u0061": 2})"), twice);
  EXPECT_EQ(reason_of(R"({"a": {"a": {}}, "b": {"a": 1}, "c": [{"a": 1}, {"a": 2}]})"), "accepted");
  EXPECT_EQ(reason_of(R"({"a": 1, "A": 2})"), "accepted");
}

TEST(Json, IsRefusedInTheSpellingsOfItsCousins) {
  for (const auto* text : {"", " ", "{'a': 1}", "[1,]", R"({"a": 1,})", "// why\n1", "/* */ 1",
                           "NaN", "[Infinity]", "01", "+1", ".5", "1.", "tRUE", "\"\x01\"",
                           R"("\x41")", R"("\ud800")", "\"\xff\"", "\"\xC3\""}) {
    EXPECT_FALSE(parse_json(text)) << text;
  }
}

TEST(Json, IsRefusedWithANumberThatCannotBeHeld) {
  EXPECT_EQ(reason_of("[1e999]"), "it holds a number or text that cannot be read");
  EXPECT_EQ(reason_of("[18446744073709551615]"), "accepted");
}

TEST(Json, SaysOnWhichLineItIsWrong) {
  EXPECT_EQ(line_of("}"), 1U);
  EXPECT_EQ(line_of("{\n  \"a\": 1,\n  \"b\": ?\n}"), 3U);
  EXPECT_EQ(line_of("{\n  \"a\": tru\n}"), 2U) << "the line that the fault is on, not the next";
  EXPECT_EQ(line_of("[\n\"abc\n\"]"), 2U) << "a text that its line's end cuts off";
  EXPECT_EQ(line_of("[1,\n2,\n"), 3U);
}

TEST(Json, NeverRepeatsWhatItRefuses) {
  EXPECT_EQ(reason_of("{\"name\": Sample Person}").find("Sample"), std::string::npos);
  EXPECT_EQ(reason_of(R"({"secret": 1, "secret": 2})").find("secret"), std::string::npos);
}

}  // namespace
}  // namespace hub
