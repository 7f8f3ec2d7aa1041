#include "schemas/identifiers.h"

#include <gtest/gtest.h>

#include <vector>

namespace hub::schemas {
namespace {

struct Row {
  std::string given;
  std::optional<std::string> kept;
};

using Canonicalise = std::optional<Canonical> (*)(std::string_view);

void expect_rows(Canonicalise function, const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    const auto kept = function(row.given);
    EXPECT_EQ(kept.has_value(), row.kept.has_value()) << '[' << row.given << ']';
    if (kept && row.kept) {
      EXPECT_EQ(kept->text(), *row.kept) << '[' << row.given << ']';
    }
    // What is kept is a fixed point: records compare by bytes.
    if (kept) {
      EXPECT_EQ(function(kept->view())->text(), kept->text());
    }
  }
}

TEST(NhsNumber, HasTenDigitsAndTheRightCheckDigit) {
  expect_rows(canonical_nhs_number, {{"9434765919", "9434765919"},
                                     {"6541003238", "6541003238"},
                                     {"6716689966", "6716689966"},
                                     {"943 476 5919", "9434765919"},
                                     {"9990000018", "9990000018"},
                                     {"0000000000", "0000000000"},
                                     {"0000000001", std::nullopt},
                                     {"9434765918", std::nullopt},
                                     {"4934765919", std::nullopt},
                                     {"943476591", std::nullopt},
                                     {"94347659199", std::nullopt},
                                     {"943476591X", std::nullopt},
                                     {"943  476 5919", std::nullopt},
                                     {"943 4765919", std::nullopt},
                                     {"94 3476 5919", std::nullopt},
                                     {"943-476-5919", std::nullopt},
                                     {"943 476 5919 ", std::nullopt},
                                     {" 9434765919", std::nullopt},
                                     {"", std::nullopt}});
}

TEST(NhsNumber, NeverHasTheCheckDigitTen) {
  // 100 000 004 gives a check of 11 - (10 * 1 + 2 * 4) % 11 = 4; 000 000 006 gives 10.
  EXPECT_TRUE(canonical_nhs_number("1000000044"));
  for (const char last : std::string_view("0123456789")) {
    EXPECT_FALSE(canonical_nhs_number(std::string("000000006") + last)) << last;
  }
}

TEST(NhsNumber, NoticesEveryWrongDigit) {
  const std::string right = "9434765919";
  for (std::size_t i = 0; i < right.size(); ++i) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      auto wrong = right;
      wrong[i] = digit;
      EXPECT_EQ(canonical_nhs_number(wrong).has_value(), wrong == right) << wrong;
    }
  }
}

TEST(NiNumber, FollowsThePublishedForm) {
  expect_rows(
      canonical_ni_number,
      {{"AB123456C", "AB123456C"},   {"ab123456c", "AB123456C"},   {"AB 12 34 56 C", "AB123456C"},
       {"QQ123456C", "QQ123456C"},   {"QA123456C", std::nullopt},  {"AQ123456C", std::nullopt},
       {"DA123456C", std::nullopt},  {"FA123456C", std::nullopt},  {"IA123456C", std::nullopt},
       {"UA123456C", std::nullopt},  {"VA123456C", std::nullopt},  {"AO123456C", std::nullopt},
       {"OA123456C", "OA123456C"},   {"BG123456C", std::nullopt},  {"GB123456C", std::nullopt},
       {"NK123456C", std::nullopt},  {"KN123456C", std::nullopt},  {"TN123456C", std::nullopt},
       {"NT123456C", std::nullopt},  {"ZZ123456C", std::nullopt},  {"AB123456D", "AB123456D"},
       {"AB123456E", std::nullopt},  {"AB123456F", std::nullopt},  {"AB12345C", std::nullopt},
       {"AB1234567C", std::nullopt}, {"AB123456", std::nullopt},   {"A B123456C", std::nullopt},
       {"1B123456C", std::nullopt},  {"AB123456C ", std::nullopt}, {"", std::nullopt}});
}

TEST(Uprn, HasUpToTwelveDigits) {
  expect_rows(canonical_uprn, {{"100023336959", "100023336959"},
                               {"1", "1"},
                               {"000000000001", "1"},
                               {"0", std::nullopt},
                               {"1000233369590", std::nullopt},
                               {"12a", std::nullopt},
                               {"-1", std::nullopt},
                               {"", std::nullopt}});
}

TEST(Postcode, HasAnOutwardAndAnInwardPart) {
  expect_rows(canonical_postcode,
              {{"SW1A 1AA", "SW1A 1AA"},   {"SW1A1AA", "SW1A 1AA"},     {"sw1a1aa", "SW1A 1AA"},
               {"M1 1AE", "M1 1AE"},       {"M11AE", "M1 1AE"},         {"B33 8TH", "B33 8TH"},
               {"CR2 6XH", "CR2 6XH"},     {"DN55 1PT", "DN55 1PT"},    {"W1A 0AX", "W1A 0AX"},
               {"GIR 0AA", "GIR 0AA"},     {"GIR 0AB", std::nullopt},   {"SW1A  1AA", std::nullopt},
               {"SW1A 1A", std::nullopt},  {"SW1A 11A", std::nullopt},  {"S 1A1AA", std::nullopt},
               {"SWW1 1AA", std::nullopt}, {"SW1AA 1AA", std::nullopt}, {"1SW 1AA", std::nullopt},
               {"SW1A-1AA", std::nullopt}, {"", std::nullopt}});
}

TEST(LondonAuthority, IsOneOfThirtyThree) {
  int found = 0;
  for (int number = 0; number < 100; ++number) {
    const std::string code = (number < 10 ? "E0900000" : "E090000") + std::to_string(number);
    if (is_london_authority(code)) ++found;
  }
  EXPECT_EQ(found, 33);
  EXPECT_TRUE(is_london_authority("E09000001"));
  EXPECT_TRUE(is_london_authority("E09000033"));
  for (const auto* const wrong : {"E09000000", "E09000034", "e09000001", "E0900001", "E090000011",
                                  "E12000007", "E0900000A", ""}) {
    EXPECT_FALSE(is_london_authority(wrong)) << wrong;
  }
}

TEST(Lsoa, IsE01AndSixDigits) {
  EXPECT_TRUE(is_lsoa("E01000001"));
  for (const auto* const wrong : {"E02000001", "E0100001", "E010000011", "E0100000x", ""}) {
    EXPECT_FALSE(is_lsoa(wrong)) << wrong;
  }
}

TEST(Email, HasANameAndADomain) {
  for (const auto* const right : {"a@b.c", "section208@example.org", "a.b+c@d.e.f"}) {
    EXPECT_TRUE(is_email(right)) << right;
  }
  for (const auto* const wrong :
       {"", "@", "a@", "@b.c", "a@b", "a@b.", "a@.b", "a b@c.d", "a@b@c.d"}) {
    EXPECT_FALSE(is_email(wrong)) << wrong;
  }
}

TEST(Phone, HasSevenToFifteenDigits) {
  for (const auto* const right : {"020 7946 0000", "+44 (0)20 7946-0000", "1234567"}) {
    EXPECT_TRUE(is_phone(right)) << right;
  }
  for (const auto* const wrong :
       {"", "123456", "1234567890123456", "020 7946 000x", "020+79460000"}) {
    EXPECT_FALSE(is_phone(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace hub::schemas
