#include "audit/pack/zip_archive.h"

#include <gmock/gmock.h>

#include "core/base/encoding.h"

namespace hub::audit {
namespace {

using testing::ElementsAre;

bool takes_all(std::string_view) { return true; }

ZipMembers some_members() {
  return {{"checkpoint", "a note\n"}, {"empty", ""}, {"proofs/7", std::string(5000, 'x') + "end"}};
}

// Changes every occurrence of a byte sequence, as long as the other.
Buffer with(Buffer archive, std::string_view what, std::string_view by) {
  std::string text(as_text(archive));
  std::size_t changed = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    text.replace(at, what.size(), by);
    ++changed;
  }
  EXPECT_GT(changed, 0U);
  return to_buffer(as_bytes(text));
}

TEST(ZipArchive, GivesBackWhatWasWritten) {
  const auto content = read_zip(write_zip(some_members()), takes_all);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->members, some_members());
  const auto nothing = read_zip(write_zip({{"a", ""}}), takes_all);
  ASSERT_TRUE(nothing);
  EXPECT_EQ(nothing->members, (ZipMembers{{"a", ""}}));
}

TEST(ZipArchive, TakesOnlyTheNamesItIsToldAndReadsNoOther) {
  const auto content =
      read_zip(write_zip({{"../../etc/cron.d/x", std::string(100'000, 'x')}, {"a", "b"}}),
               [](std::string_view name) { return name == "a"; }, {.unpacked = 10});
  ASSERT_TRUE(content);
  EXPECT_EQ(content->members, (ZipMembers{{"a", "b"}}));
  EXPECT_THAT(content->strange, ElementsAre("../../etc/cron.d/x"));
}

TEST(ZipArchive, SaysThatTwoMembersHaveOneName) {
  const auto archive = with(write_zip({{"aa", "1"}, {"ab", "2"}}), "ab", "aa");
  const auto content = read_zip(archive, takes_all);
  // libzip may refuse it before it is looked at.
  EXPECT_TRUE(!content || content->doubled);
}

TEST(ZipArchive, IsRefusedBeyondEachBound) {
  const auto archive = write_zip(some_members());
  const auto fault = [&](const ZipLimits& limits) {
    const auto read = read_zip(archive, takes_all, limits);
    return read ? std::optional<ZipFault>() : read.error();
  };
  EXPECT_EQ(fault({}), std::nullopt);
  EXPECT_EQ(fault({.archive = archive.size() - 1}), ZipFault::TooLarge);
  EXPECT_EQ(fault({.members = 2}), ZipFault::TooLarge);
  EXPECT_EQ(fault({.member = 5002}), ZipFault::TooLarge);
  EXPECT_EQ(fault({.member = 5003, .unpacked = 5010}), std::nullopt);
  EXPECT_EQ(fault({.unpacked = 5009}), ZipFault::TooLarge);
}

TEST(ZipArchive, RefusesABomb) {
  const std::string zeros(64U << 20U, '\0');
  const auto archive = write_zip({{"a", zeros}});
  ASSERT_LT(archive.size(), 100'000U);
  const auto read = read_zip(archive, takes_all);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error(), ZipFault::Bomb);
}

TEST(ZipArchive, RefusesAnArchiveThatClaimsMoreThan32Bits) {
  // An end of the directory with a locator of 64 bits before it.
  auto archive = write_zip(some_members());
  const auto end = archive.end() - 22;
  Buffer locator(20);
  std::ranges::copy(as_bytes(std::string_view("PK\x06\x07", 4)), locator.begin());
  archive.insert(end, locator.begin(), locator.end());
  const auto read = read_zip(archive, takes_all);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error(), ZipFault::OtherKind);
}

TEST(ZipArchive, RefusesEveryTruncation) {
  const auto archive = write_zip(some_members());
  for (std::size_t size = 0; size < archive.size(); ++size) {
    EXPECT_FALSE(read_zip(Bytes(archive).first(size), takes_all)) << size;
  }
}

// A member's bytes are under a CRC, their lengths in two places; times and rights are under nothing
// and nobody reads them.
TEST(ZipArchive, NeverGivesOtherBytesUnderANameAfterAFlippedBit) {
  const auto archive = write_zip(some_members());
  for (std::size_t bit = 0; bit < 8 * archive.size(); ++bit) {
    auto changed = archive;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << (bit % 8)));
    const auto read = read_zip(changed, takes_all);
    if (!read) continue;
    for (const auto& [name, content] : some_members()) {
      const auto found = read->members.find(name);
      EXPECT_TRUE(found == read->members.end() || found->second == content)
          << name << ", bit " << bit;
    }
  }
}

}  // namespace
}  // namespace hub::audit
