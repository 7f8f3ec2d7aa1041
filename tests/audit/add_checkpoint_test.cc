#include "audit/witness/add_checkpoint.h"

#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "tests/audit/signed_log.h"

namespace hub::audit {
namespace {

TEST(AddCheckpoint, ReadsBackWhatWasWritten) {
  const SignedLog log;
  for (const auto& [old_size, size] :
       {std::pair<std::uint64_t, std::uint64_t>{0, 0}, {0, 5}, {1, 2}, {3, 7}, {7, 7}, {33, 100}}) {
    const auto request = log.request(old_size, size);
    const auto read = parse_add_checkpoint(write_add_checkpoint(request));
    ASSERT_TRUE(read) << old_size << " " << size;
    EXPECT_EQ(*read, request);
  }
}

TEST(AddCheckpoint, IsWrittenAsTheSpecificationSays) {
  const SignedLog log;
  auto request = log.request(1, 2);
  request.proof = {test_leaf(1)};
  EXPECT_EQ(write_add_checkpoint(request),
            "old 1\n" + to_base64(test_leaf(1)) + "\n\n" + request.note);
  EXPECT_EQ(write_add_checkpoint(log.request(0, 2)), "old 0\n\n" + log.note(2));
}

TEST(AddCheckpoint, HasOneSpelling) {
  const auto note = SignedLog().note(5);
  const std::string hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
  ASSERT_TRUE(parse_add_checkpoint("old 3\n" + hash + "\n" + note));
  for (const std::string head :
       {"", "old", "old \n\n", "old 03\n\n", "old +3\n\n", "old -3\n\n", "old  3\n\n", "old 3 \n\n",
        "old 0x3\n\n", "Old 3\n\n", "old\t3\n\n", "old 3\r\n\n", "old 9223372036854775808\n\n",
        "old 99999999999999999999\n\n", "size 3\n\n", "\nold 3\n\n"}) {
    EXPECT_FALSE(parse_add_checkpoint(head + note)) << head;
  }
  for (const std::string line : {"AAAA\n", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
                                 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
                                 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \n",
                                 "-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "?\n", " \n"}) {
    EXPECT_FALSE(parse_add_checkpoint("old 3\n" + line + "\n" + note)) << line;
  }
  EXPECT_FALSE(parse_add_checkpoint("old 3\n" + hash + note)) << "no empty line";
  EXPECT_FALSE(parse_add_checkpoint("old 3\n\n")) << "no note";
  EXPECT_FALSE(parse_add_checkpoint("old 3\n\ntest.hub/log\n1\n" + hash)) << "not signed";
}

TEST(AddCheckpoint, HoldsAtMost63HashesAndAQuarterOfAMebibyte) {
  const auto note = SignedLog().note(5);
  std::string body = "old 3\n";
  for (int i = 0; i < 63; ++i) body += "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
  EXPECT_TRUE(parse_add_checkpoint(body + "\n" + note));
  body += "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
  EXPECT_FALSE(parse_add_checkpoint(body + "\n" + note));

  const std::string head = "old 3\n\n";
  const std::string filler((256U << 10U) - head.size() - note.size() - 1, 'x');
  EXPECT_TRUE(parse_add_checkpoint(head + filler + "\n" + note));
  EXPECT_FALSE(parse_add_checkpoint(head + filler + "x\n" + note));
}

TEST(AddCheckpoint, RefusesEveryTruncationAndReadsEveryFlippedBitDifferently) {
  const auto request = SignedLog().request(3, 7);
  const auto body = write_add_checkpoint(request);
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_FALSE(parse_add_checkpoint(body.substr(0, size))) << size;
  }
  EXPECT_FALSE(parse_add_checkpoint(body + "\n"));
  EXPECT_FALSE(parse_add_checkpoint(body + "x"));
  for (std::size_t bit = 0; bit < 8 * body.size(); ++bit) {
    const auto changed = with_flipped_bit(body, bit);
    const auto read = parse_add_checkpoint(changed);
    if (!read) continue;
    EXPECT_NE(*read, request) << "bit " << bit;
    EXPECT_EQ(write_add_checkpoint(*read), changed) << "bit " << bit;
  }
}

}  // namespace
}  // namespace hub::audit
