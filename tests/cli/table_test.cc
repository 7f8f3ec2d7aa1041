#include "cli/table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace hub::cli {
namespace {

std::string printed(const Table& table) {
  std::ostringstream out;
  table.print(out);
  return out.str();
}

TEST(Table, HasColumnsAsWideAsTheirContentAndNumbersToTheRight) {
  Table table({"party", "count", "note"});
  table.add({"E09000007", "7", "x"});
  table.add({"b", "1,234.5", "longer than its title"});
  EXPECT_EQ(printed(table),
            "party        count  note\n"
            "---------  -------  ---------------------\n"
            "E09000007        7  x\n"
            "b          1,234.5  longer than its title\n");
}

TEST(Table, WithoutRowsIsItsHeaderOnly) {
  const Table table({"a", "b"});
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(printed(table), "a  b\n-  -\n");
}

TEST(Table, LeavesMissingCellsEmptyAndSurplusOnesOut) {
  Table table({"a", "b"});
  table.add({"x"});
  table.add({"y", "z", "surplus"});
  EXPECT_FALSE(table.empty());
  EXPECT_EQ(printed(table), "a  b\n-  -\nx\ny  z\n");
}

TEST(Table, CountsCharactersNotBytes) {
  Table table({"name", "x"});
  table.add({"caf\xC3\xA9", "a"});
  table.add({"\xE2\x80\x94\xE2\x80\x94", "b"});
  EXPECT_EQ(printed(table),
            "name  x\n"
            "----  -\n"
            "caf\xC3\xA9  a\n"
            "\xE2\x80\x94\xE2\x80\x94    b\n");
}

TEST(Table, ShowsNoControlCharacterSoThatNoContentSteersATerminal) {
  Table table({"a"});
  table.add({"x\x1b[2Jy"});
  table.add({"1\n2\r3\t4\x7f"});
  table.add({std::string("n\0l", 3)});
  EXPECT_EQ(printed(table), "a\n--------\nx?[2Jy\n1?2?3?4?\nn?l\n");
}

TEST(Table, ShowsNoneOfTheControlCharactersBeyondAsciiEither) {
  for (int second = 0x80; second <= 0xbf; ++second) {
    Table table({"a"});
    const std::string letter{'\xC2', static_cast<char>(second)};
    table.add({"x" + letter + "31m"});
    const auto shown = second <= 0x9f ? std::string("?") : letter;
    EXPECT_EQ(printed(table), "a\n-----\nx" + shown + "31m\n") << second;
  }
}

}  // namespace
}  // namespace hub::cli
