#include "audit/proof/checkpoint.h"

#include <gtest/gtest.h>

#include "core/crypto/signing.h"

namespace hub::audit {
namespace {

const std::string kOrigin = "hub.example.gov.uk/audit/camden";

Checkpoint some() { return {kOrigin, 1234, crypto::sha256(as_bytes("root"))}; }

TEST(Checkpoint, ReadsBackWhatWasWritten) {
  for (const std::uint64_t size : {std::uint64_t{1}, std::uint64_t{10}, std::uint64_t{1} << 62U}) {
    auto checkpoint = some();
    checkpoint.size = size;
    const auto parsed = parse_checkpoint(checkpoint_text(checkpoint));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(*parsed, checkpoint);
  }
}

TEST(Checkpoint, WritesTheFormOfTheSpecification) {
  EXPECT_EQ(checkpoint_text({"example.com/log", 0, crypto::sha256({})}),
            "example.com/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
}

TEST(Checkpoint, HasOneSpelling) {
  const auto root = checkpoint_text(some()).substr(kOrigin.size() + 6);
  const auto refused = [&](const std::string& text) {
    EXPECT_FALSE(parse_checkpoint(text)) << text;
  };
  for (const std::string size :
       {"", "01", "+1", "-1", "1 ", " 1", "0x1", "9223372036854775808", "99999999999999999999"}) {
    refused(kOrigin + "\n" + size + "\n" + root);
  }
  refused("\n1\n" + root);
  refused("a b\n1\n" + root);
  refused("a+b\n1\n" + root);
  refused("cosignature/v1\n1\n" + root);
  refused(kOrigin + "\n1\nAAAA\n");
  refused(kOrigin + "\n1\n" + root + "an extension\n");
  refused(kOrigin + "\r\n1\n" + root);
  EXPECT_EQ(parse_checkpoint(kOrigin + "\n0\n" + root).error(),
            CheckpointError::WrongRootOfNothing);
}

TEST(Checkpoint, RefusesEveryTruncationAndReadsEveryFlippedBitDifferently) {
  const auto text = checkpoint_text(some());
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(parse_checkpoint(text.substr(0, size))) << size;
  }
  EXPECT_FALSE(parse_checkpoint(text + "\n"));
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    auto changed = text;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    const auto parsed = parse_checkpoint(changed);
    EXPECT_TRUE(!parsed || *parsed != some()) << "bit " << bit;
  }
}

TEST(SignedCheckpoint, IsBelievedOnlyFromTheLogsOwnKey) {
  const auto key = crypto::LogKey::generate();
  const auto other = crypto::LogKey::generate();
  const crypto::NoteVerifier verifier(kOrigin, key.verify_key().bytes);
  const auto note = crypto::sign_note(checkpoint_text(some()), kOrigin, key);
  ASSERT_TRUE(open_checkpoint(note, verifier));
  EXPECT_EQ(*open_checkpoint(note, verifier), some());

  EXPECT_EQ(
      open_checkpoint(crypto::sign_note(checkpoint_text(some()), kOrigin, other), verifier).error(),
      CheckpointError::NotSigned);
  EXPECT_EQ(open_checkpoint(checkpoint_text(some()), verifier).error(), CheckpointError::NotSigned);
  auto changed = note;
  changed[kOrigin.size() + 1] = '9';
  EXPECT_EQ(open_checkpoint(changed, verifier).error(), CheckpointError::NotSigned);
  auto foreign = some();
  foreign.origin = "hub.example.gov.uk/audit/barnet";
  EXPECT_EQ(
      open_checkpoint(crypto::sign_note(checkpoint_text(foreign), kOrigin, key), verifier).error(),
      CheckpointError::OtherOrigin);
}

}  // namespace
}  // namespace hub::audit
