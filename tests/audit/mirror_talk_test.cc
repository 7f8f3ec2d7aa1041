// What owners and holders of mirrored leaves say: every way of writing it wrong is refused.
#include "audit/mirror/mirror_talk.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hub::audit {
namespace {

constexpr std::string_view kHub = "test.hub.example";

struct MirrorTalk : testing::Test {
  crypto::IdentityKey owner = crypto::IdentityKey::generate();
  crypto::RecoverySecret secret = crypto::RecoverySecret::random();
  MirrorName name{"hub/audit/camden", crypto::public_of(secret)};
  std::vector<std::string> leaves{R"({"act":"admin"})", R"({"act":"relay"})", "x"};

  MirrorBlock block() {
    MirrorBlock out;
    out.origin = name.origin;
    out.from = 40;
    out.key = name.key;
    out.checkpoint = "a note\n";
    seal_leaves(out, leaves, kHub, owner);
    return out;
  }
  std::vector<MirrorQuestion> questions() {
    return {MirrorAsk{name}, block(), MirrorGive{name, 77}};
  }
  std::vector<MirrorReply> replies() {
    return {signed_standing(name, {43, 40}, kHub, "E09000012", owner),
            MirrorRefusal::NotHolder,
            MirrorRefusal::NotBelieved,
            MirrorRefusal::Full,
            MirrorGiven{block()},
            MirrorGiven{}};
  }
};

TEST_F(MirrorTalk, ReadsBackWhatWasWritten) {
  for (const auto& question : questions()) {
    EXPECT_EQ(parse_question(write_question(question)), question);
  }
  for (const auto& reply : replies()) EXPECT_EQ(parse_reply(write_reply(reply)), reply);
  EXPECT_EQ(parse_block(write_block(block()))->to, 43U);
}

TEST_F(MirrorTalk, RefusesEveryTruncationAndOneByteMore) {
  const auto refuses_others = [](Buffer whole, const auto& parse) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(parse(Bytes(whole).first(size))) << size;
    }
    whole.push_back(0);
    EXPECT_FALSE(parse(whole));
  };
  for (const auto& question : questions()) refuses_others(write_question(question), parse_question);
  for (const auto& reply : replies()) {
    // A block that was cut off altogether is the answer that there is none.
    if (std::holds_alternative<MirrorGiven>(reply)) continue;
    refuses_others(write_reply(reply), parse_reply);
  }
  refuses_others(write_block(block()), parse_block);
}

// Of each byte a bit is flipped: what is still read is written with the same bytes again.
TEST_F(MirrorTalk, HasOneSpelling) {
  auto bytes = write_reply(MirrorGiven{block()});
  std::size_t read = 0;
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    auto& byte = bytes[bit / 8];
    const auto flip = static_cast<std::uint8_t>(1U << (bit % 8));
    byte ^= flip;
    if (const auto reply = parse_reply(bytes)) {
      ++read;
      EXPECT_EQ(write_reply(*reply), bytes);
    }
    byte ^= flip;
  }
  EXPECT_GT(read, 100U);
}

TEST_F(MirrorTalk, NamesNoOtherRefusals) {
  for (const std::uint8_t code : std::initializer_list<std::uint8_t>{0, 4, 255})
    EXPECT_FALSE(parse_reply(Buffer{2, code}));
  for (const std::uint8_t kind : std::initializer_list<std::uint8_t>{0, 4, 255}) {
    EXPECT_FALSE(parse_reply(Buffer{kind}));
    EXPECT_FALSE(parse_question(Buffer{kind}));
  }
  EXPECT_NE(describe(MirrorRefusal::Full), describe(MirrorRefusal::NotHolder));
}

TEST_F(MirrorTalk, BoundsABlock) {
  auto backwards = block();
  backwards.to = backwards.from;
  EXPECT_FALSE(parse_block(write_block(backwards)));
  auto far = block();
  far.to = UINT64_MAX;
  EXPECT_FALSE(parse_block(write_block(far)));
  auto long_note = block();
  long_note.checkpoint = std::string(kLargestMirrorNote + 1, 'n');
  EXPECT_FALSE(parse_block(write_block(long_note)));
  auto long_row = block();
  long_row.sealed.resize(kLargestRow + 17);
  EXPECT_FALSE(parse_block(write_block(long_row)));
  leaves.assign(4, std::string(65'534, 'x'));
  const auto largest = block();
  EXPECT_TRUE(parse_block(write_block(largest)));
  EXPECT_EQ(open_leaves(largest, kHub, secret), leaves);
}

TEST_F(MirrorTalk, OpensABlockForItsPlaceAndKeyAlone) {
  const auto whole = block();
  EXPECT_EQ(open_leaves(whole, kHub, secret), leaves);
  EXPECT_FALSE(open_leaves(whole, "other.hub.example", secret));
  EXPECT_FALSE(open_leaves(whole, kHub, crypto::RecoverySecret::random()));
  auto moved = whole;
  ++moved.from;
  ++moved.to;
  EXPECT_FALSE(open_leaves(moved, kHub, secret));
  auto longer = whole;
  ++longer.to;
  EXPECT_FALSE(open_leaves(longer, kHub, secret));
  auto other = whole;
  other.origin = "hub/audit/hackney";
  EXPECT_FALSE(open_leaves(other, kHub, secret));
}

TEST_F(MirrorTalk, IsSignedByItsOwnerForThisHub) {
  const auto whole = block();
  const auto key = owner.verify_key();
  EXPECT_TRUE(is_signed_by(whole, kHub, key));
  EXPECT_FALSE(is_signed_by(whole, "other.hub.example", key));
  EXPECT_FALSE(is_signed_by(whole, kHub, crypto::IdentityKey::generate().verify_key()));
  const auto has = signed_standing(name, {43, 40}, kHub, "E09000012", owner);
  EXPECT_TRUE(is_signed_by(has, kHub, "E09000012", key));
  EXPECT_FALSE(is_signed_by(has, kHub, "E09000025", key));
  EXPECT_FALSE(is_signed_by(has, "other.hub.example", "E09000012", key));
}

}  // namespace
}  // namespace hub::audit
