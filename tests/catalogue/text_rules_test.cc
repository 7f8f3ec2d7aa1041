#include "schemas/text_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hub::schemas {
namespace {

constexpr std::size_t kAny = 1000;

struct Row {
  std::string text;
  TextRule rule;
};

TEST(CheckCharacters, JudgesEveryKindOfCharacter) {
  const std::vector<Row> rows = {{"", TextRule::Fine},
                                 {"plain text, with punctuation ~", TextRule::Fine},
                                 {"Zo\xc3\xab", TextRule::Fine},
                                 {"\xe2\x82\xac \xf0\x9f\x8f\xa0", TextRule::Fine},
                                 {"\xf4\x8f\xbf\xbf", TextRule::Fine},
                                 {"line\nbreak", TextRule::Control},
                                 {"tab\there", TextRule::Control},
                                 {std::string("zero\0byte", 9), TextRule::Control},
                                 {"\x1f", TextRule::Control},
                                 {"\x7f", TextRule::Control},
                                 {"\xc2\x80", TextRule::Control},
                                 {"\xc2\x9f", TextRule::Control},
                                 {"\xc2\xa0", TextRule::Fine},
                                 {"\xe2\x80\xa8", TextRule::Control},
                                 {"\xe2\x80\xae", TextRule::Control},
                                 {"\xe2\x81\xa6", TextRule::Control},
                                 {"\xef\xbb\xbf", TextRule::Control},
                                 {"\xff", TextRule::NotUtf8},
                                 {"\x80", TextRule::NotUtf8},
                                 {"\xc0\xaf", TextRule::NotUtf8},
                                 {"\xc1\xbf", TextRule::NotUtf8},
                                 {"\xe0\x80\xaf", TextRule::NotUtf8},
                                 {"\xed\xa0\x80", TextRule::NotUtf8},
                                 {"\xf0\x80\x80\x80", TextRule::NotUtf8},
                                 {"\xf4\x90\x80\x80", TextRule::NotUtf8},
                                 {"\xf5\x80\x80\x80", TextRule::NotUtf8},
                                 {"\xc3", TextRule::NotUtf8},
                                 {"\xe2\x82", TextRule::NotUtf8},
                                 {"\xc3(", TextRule::NotUtf8}};
  for (const auto& row : rows) {
    EXPECT_EQ(check_characters(row.text, false, kAny), row.rule)
        << testing::PrintToString(row.text);
  }
}

// Eight bytes are judged at once where they can be; a fault must be seen at every place.
TEST(CheckCharacters, SeesAFaultAtEveryPlaceOfALongText) {
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (const char bad : {'\0', '\x1f', '\x7f'}) {
        std::string text(size, 'x');
        text[at] = bad;
        EXPECT_EQ(check_characters(text, false, kAny), TextRule::Control) << size << ' ' << at;
      }
      std::string text(size, '~');
      text[at] = '\x80';
      EXPECT_EQ(check_characters(text, false, kAny), TextRule::NotUtf8) << size << ' ' << at;
      text[at] = ' ';
      EXPECT_EQ(check_characters(text, false, kAny), TextRule::Fine) << size << ' ' << at;
    }
  }
}

TEST(CheckCharacters, AllowsLineBreaksAndTabsWhereLinesAre) {
  EXPECT_EQ(check_characters("a\nb\tc\r\nd", true, kAny), TextRule::Fine);
  EXPECT_EQ(check_characters("a\rb", true, kAny), TextRule::Control);
  EXPECT_EQ(check_characters("a\r", true, kAny), TextRule::Control);
  EXPECT_EQ(check_characters("a\x0b", true, kAny), TextRule::Control);
}

TEST(CheckCharacters, CountsCharactersAndNotBytes) {
  std::string homes;
  for (int i = 0; i < 10; ++i) homes += "\xf0\x9f\x8f\xa0";
  EXPECT_EQ(check_characters(homes, false, 10), TextRule::Fine);
  EXPECT_EQ(check_characters(homes, false, 9), TextRule::TooLong);
  EXPECT_EQ(check_characters(std::string(20, 'x'), false, 20), TextRule::Fine);
  EXPECT_EQ(check_characters(std::string(21, 'x'), false, 20), TextRule::TooLong);
  EXPECT_EQ(check_characters(std::string(1U << 20U, '\xff'), false, 20), TextRule::TooLong);
}

TEST(Trimmed, DropsSpacesAroundAndNothingElse) {
  EXPECT_EQ(trimmed("  a b  "), "a b");
  EXPECT_EQ(trimmed("a"), "a");
  EXPECT_EQ(trimmed("   "), "");
  EXPECT_EQ(trimmed(""), "");
  EXPECT_EQ(trimmed("\ta\n"), "\ta\n");
}

TEST(ExamineText, JudgesAgesAndDatesOfLists) {
  Field field;
  field.kind = FieldKind::Texts;
  field.max_characters = kAny;
  field.format = TextFormat::Age;
  for (const auto* const right : {"0", "9", "17", "120"}) {
    EXPECT_EQ(examine_text(field, right).rule, TextRule::Fine) << right;
  }
  for (const auto* const wrong : {"121", "007", "-1", "4.5", "1000", "x", ""}) {
    EXPECT_EQ(examine_text(field, wrong).rule, TextRule::BadFormat) << wrong;
  }
  field.format = TextFormat::IsoDate;
  EXPECT_EQ(examine_text(field, "2024-02-29").rule, TextRule::Fine);
  for (const auto* const wrong : {"2026-02-29", "2026-2-1", "01/02/2026", ""}) {
    EXPECT_EQ(examine_text(field, wrong).rule, TextRule::BadFormat) << wrong;
  }
}

}  // namespace
}  // namespace hub::schemas
