#include "core/crypto/note.h"

#include <gtest/gtest.h>

namespace hub::crypto {
namespace {

struct SignedNote : testing::Test {
  LogKey key = LogKey::generate();
  NoteVerifier verifier{"hub.test/log", key.verify_key().bytes};
  std::string note = sign_note("hub.test/log\n7\nroot\n", "hub.test/log", key);

  [[nodiscard]] Result<Note, NoteError> open(std::string_view text) const {
    return open_note(text, std::span(&verifier, 1));
  }
};

TEST_F(SignedNote, OpensForItsSigner) {
  const auto opened = open(note);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->text, "hub.test/log\n7\nroot\n");
  EXPECT_EQ(opened->signers, std::vector<std::string>{"hub.test/log"});
}

TEST_F(SignedNote, PassesOverUnknownSignersButNotOverAForgedKnownOne) {
  const auto other = LogKey::generate();
  const auto both = note + signature_line("hub.test/log\n7\nroot\n", "somebody", other);
  EXPECT_TRUE(open(both));
  const auto forged = note + signature_line("another text\n", "hub.test/log", key);
  ASSERT_FALSE(open(forged));
  EXPECT_EQ(open(forged).error(), NoteError::BadSignature);
  const auto only_unknown = sign_note("text\n", "somebody", other);
  EXPECT_EQ(open(only_unknown).error(), NoteError::NoKnownSigner);
}

TEST_F(SignedNote, IsRefusedWithAnyBitFlippedOrTruncated) {
  for (std::size_t bit = 0; bit < 8 * note.size(); ++bit) {
    auto changed = note;
    changed[bit / 8] =
        static_cast<char>(static_cast<unsigned char>(changed[bit / 8]) ^ (1U << (bit % 8)));
    EXPECT_FALSE(open(changed)) << "bit " << bit;
  }
  for (std::size_t size = 0; size < note.size(); ++size) {
    EXPECT_FALSE(open(std::string_view(note).substr(0, size))) << size;
  }
}

// The vkey of the C2SP signed-note specification.
TEST(NoteVerifier, ReadsTheSpecificationsKeyAndNoOther) {
  const std::string vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
  const auto parsed = NoteVerifier::parse(vkey);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->name(), "example.com/foo");
  EXPECT_EQ(parsed->key_id(), 0x530d903aU);
  EXPECT_EQ(parsed->vkey(), vkey);
  for (std::size_t i = 0; i < vkey.size(); ++i) {
    auto changed = vkey;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    if (const auto other = NoteVerifier::parse(changed)) {
      ADD_FAILURE() << "accepted a change at " << i;
    }
  }
}

}  // namespace
}  // namespace hub::crypto
