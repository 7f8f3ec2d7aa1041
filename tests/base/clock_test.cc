#include "core/base/clock.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/base/flipped.h"

namespace hub {
namespace {

TEST(IsoTime, IsWrittenInMillisecondsAndUtc) {
  EXPECT_EQ(to_iso(from_ms(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_iso(from_ms(1'795'298'489'123)), "2026-11-21T22:01:29.123Z");
  EXPECT_EQ(to_iso(from_ms(-1)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(to_iso(from_ms(951'782'400'000)), "2000-02-29T00:00:00.000Z");
}

TEST(DayOf, ChangesAtMidnightAlsoBefore1970) {
  EXPECT_EQ(day_of(from_ms(0)), 0);
  EXPECT_EQ(day_of(from_ms(86'399'999)), 0);
  EXPECT_EQ(day_of(from_ms(86'400'000)), 1);
  EXPECT_EQ(day_of(from_ms(-1)), -1);
}

TEST(IsoDate, RoundTripsForEveryDayOfItsYears) {
  const auto first = parse_iso_date("1800-01-01");
  const auto last = parse_iso_date("2999-12-31");
  ASSERT_TRUE(first);
  ASSERT_TRUE(last);
  EXPECT_EQ(*last - *first + 1, 438'291);
  for (auto day = *first; day <= *last; ++day) ASSERT_EQ(parse_iso_date(iso_date(day)), day);
}

TEST(IsoDate, RefusesDaysThatDoNotExistAndYearsOutside) {
  for (const auto* text : {"2026-02-29", "2100-02-29", "2026-04-31", "2026-00-10", "2026-13-10",
                           "2026-10-00", "2026-10-32", "1799-12-31", "3000-01-01", "0000-01-01"}) {
    EXPECT_FALSE(parse_iso_date(text)) << text;
  }
  EXPECT_TRUE(parse_iso_date("2024-02-29"));
  EXPECT_TRUE(parse_iso_date("2000-02-29"));
}

TEST(IsoDate, RefusesEverySecondSpelling) {
  for (const auto* text : {"", "2026-1-10", "2026-01-1", "26-01-10", "20260110", "2026/01/10",
                           "2026-01-10 ", " 2026-01-10", "2026-01-10T", "+026-01-10", "-026-01-10",
                           "2026--1-10", "2026-+1-10", "2026-01-1a", "2026- 1-10", "2O26-01-10"}) {
    EXPECT_FALSE(parse_iso_date(text)) << text;
  }
}

TEST(IsoDate, IsRefusedTruncatedAndRefusedOrAnotherDayWithAnyBitFlipped) {
  const std::string text = "2026-11-21";
  const auto day = parse_iso_date(text);
  ASSERT_TRUE(day);
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(parse_iso_date(text.substr(0, size))) << size;
  }
  EXPECT_FALSE(parse_iso_date(text + "0"));
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    const auto changed = flipped(text, bit);
    const auto read = parse_iso_date(changed);
    if (read) {
      EXPECT_EQ(iso_date(*read), changed);
    }
  }
}

TEST(SystemClock, NeverGoesBackwardsAndKnowsTheCentury) {
  const SystemClock clock;
  const auto before = clock.steady();
  EXPECT_LE(before, clock.steady());
  EXPECT_GT(day_of(clock.now()), *parse_iso_date("2024-01-01"));
  EXPECT_EQ(from_ms(to_ms(from_ms(123))), from_ms(123));
}

}  // namespace
}  // namespace hub
