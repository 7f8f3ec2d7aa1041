#include "core/crypto/cosignature.h"

#include <gmock/gmock.h>

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/base/encoding.h"
#include "core/crypto/hash.h"

namespace hub::crypto {
namespace {

constexpr const char* kText = "hub.test/log\n7\nroot\n";
constexpr const char* kName = "hub.test/witness";
constexpr std::uint64_t kTime = 1'679'315'147;

struct CosignedNote : testing::Test {
  LogKey log = LogKey::generate();
  WitnessKey key = WitnessKey::generate();
  CosignatureVerifier witness{kName, key.verify_key().bytes};
  NoteVerifier log_verifier{"hub.test/log", log.verify_key().bytes};
  std::string line = cosignature_line(kText, kTime, kName, key);
  std::string note = sign_note(kText, "hub.test/log", log) + line;

  [[nodiscard]] Result<std::vector<Cosignature>, NoteError> open(std::string_view text) const {
    return open_cosignatures(text, std::span(&witness, 1));
  }
  // The payload of a signature line with those bytes in the place of the right ones.
  [[nodiscard]] std::string with_payload(Bytes signature) const {
    const auto payload = ByteWriter().u32(witness.key_id()).raw(signature).take();
    return sign_note(kText, "hub.test/log", log) + "\xE2\x80\x94 " + kName + " " +
           to_base64(payload) + "\n";
  }
  [[nodiscard]] Buffer signature() const {
    const auto payload = from_base64(line.substr(line.rfind(' ') + 1, 104));
    return payload ? Buffer(payload->begin() + 4, payload->end()) : Buffer();
  }
};

TEST_F(CosignedNote, OpensForItsWitness) {
  const auto opened = open(note);
  ASSERT_TRUE(opened);
  EXPECT_THAT(*opened, testing::ElementsAre(Cosignature{kName, kTime}));
}

TEST_F(CosignedNote, IsSpeltAsTheSpecificationSays) {
  const auto bytes = signature();
  ASSERT_EQ(bytes.size(), 72U);
  ByteReader in(bytes);
  EXPECT_EQ(in.u64(), kTime);
  EXPECT_TRUE(key.verify_key().verify(
      as_bytes("cosignature/v1\ntime 1679315147\nhub.test/log\n7\nroot\n"), in.array<64>()));
  const auto id = sha256(
      ByteWriter().raw(as_bytes(kName)).u8('\n').u8(0x04).raw(key.verify_key().bytes).view());
  EXPECT_EQ(ByteReader(id).u32(), witness.key_id());
  EXPECT_TRUE(line.starts_with("\xE2\x80\x94 hub.test/witness "));
  EXPECT_EQ(note, with_payload(bytes));
}

TEST_F(CosignedNote, OpensForTheLogAsAnyNote) {
  const auto opened = open_note(note, std::span(&log_verifier, 1));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->text, kText);
  EXPECT_EQ(opened->signers, std::vector<std::string>{"hub.test/log"});
}

TEST_F(CosignedNote, IsNeverMistakenForASignedOne) {
  // One key used for both kinds, under one name: neither passes for the other.
  const auto seed = LogKey::Seed::random();
  const LogKey as_log(LogKey::Seed::from(seed.expose()).value());
  const WitnessKey as_witness(WitnessKey::Seed::from(seed.expose()).value());
  const NoteVerifier signer("same", as_log.verify_key().bytes);
  const CosignatureVerifier cosigner("same", as_witness.verify_key().bytes);
  EXPECT_NE(signer.key_id(), cosigner.key_id());
  const auto cosigned = std::string(kText) + "\n" + cosignature_line(kText, 5, "same", as_witness);
  EXPECT_EQ(open_note(cosigned, std::span(&signer, 1)).error(), NoteError::NoKnownSigner);
  const auto signed_note = sign_note(kText, "same", as_log);
  EXPECT_TRUE(open_cosignatures(signed_note, std::span(&cosigner, 1))->empty());
  EXPECT_FALSE(NoteVerifier::parse(cosigner.vkey()));
  EXPECT_FALSE(CosignatureVerifier::parse(signer.vkey()));
}

TEST_F(CosignedNote, PassesOverUnknownWitnesses) {
  const auto stranger = WitnessKey::generate();
  const auto more = note + cosignature_line(kText, 9, kName, stranger) +
                    cosignature_line(kText, 9, "stranger", stranger) +
                    cosignature_line("another text\n", 9, "stranger", stranger) +
                    cosignature_line(kText, 9, "stranger", key);
  EXPECT_THAT(*open(more), testing::ElementsAre(Cosignature{kName, kTime}));
  const auto none = open_cosignatures(note, {});
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
}

TEST_F(CosignedNote, IsCondemnedByAKnownWitnesssLineThatDoesNotHold) {
  const auto refused = [&](const std::string& bad) {
    const auto opened = open(bad);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error(), NoteError::BadSignature);
  };
  refused(note + cosignature_line("another text\n", kTime, kName, key));
  auto bytes = signature();
  ASSERT_TRUE(open(with_payload(bytes)));
  bytes[7] ^= 1U;  // the time
  refused(with_payload(bytes));
  bytes = signature();
  refused(with_payload(Bytes(bytes).first(71)));
  refused(with_payload(Bytes(bytes).last(64)));
  bytes.push_back(0);
  refused(with_payload(bytes));
}

TEST_F(CosignedNote, HasATimeOf63Bits) {
  const auto text = std::string(kText) + "\n";
  const auto latest = text + cosignature_line(kText, kLatestCosignature, kName, key);
  EXPECT_THAT(*open(latest), testing::ElementsAre(Cosignature{kName, kLatestCosignature}));
  EXPECT_THAT(*open(text + cosignature_line(kText, 0, kName, key)),
              testing::ElementsAre(Cosignature{kName, 0}));
  const auto message = "cosignature/v1\ntime 9223372036854775808\n" + std::string(kText);
  const auto later =
      ByteWriter().u64(kLatestCosignature + 1).raw(key.sign(as_bytes(message))).take();
  EXPECT_EQ(open(with_payload(later)).error(), NoteError::BadSignature);
}

TEST_F(CosignedNote, CountsEachWitnessOnceWithItsNewest) {
  const auto again = note + cosignature_line(kText, kTime + 2, kName, key) +
                     cosignature_line(kText, kTime + 1, kName, key);
  EXPECT_THAT(*open(again), testing::ElementsAre(Cosignature{kName, kTime + 2}));
}

TEST_F(CosignedNote, CountsAKeyOnceUnderTwoNamesAndANameOnceWithTwoKeys) {
  const auto second_key = WitnessKey::generate();
  const std::vector known{witness, CosignatureVerifier("alias", key.verify_key().bytes),
                          CosignatureVerifier(kName, second_key.verify_key().bytes)};
  const auto more = note + cosignature_line(kText, kTime + 1, "alias", key) +
                    cosignature_line(kText, kTime + 2, kName, second_key);
  EXPECT_THAT(*open_cosignatures(more, known), testing::ElementsAre(Cosignature{kName, kTime}));
  // What does not count is verified all the same.
  const auto forged = note + cosignature_line("another text\n", kTime, "alias", key);
  EXPECT_EQ(open_cosignatures(forged, known).error(), NoteError::BadSignature);
}

TEST_F(CosignedNote, HasAtMostAHundredLines) {
  auto many = sign_note(kText, "hub.test/log", log);
  for (int i = 1; i < 100; ++i) many += line;
  EXPECT_THAT(*open(many), testing::ElementsAre(Cosignature{kName, kTime}));
  EXPECT_EQ(open(many + line).error(), NoteError::Malformed);
  EXPECT_EQ(open_cosignatures(note, {}, note.size() - 1).error(), NoteError::TooLarge);
}

TEST_F(CosignedNote, HoldsForNothingElseWithAnyBitFlippedOrTruncated) {
  const auto alone = std::string(kText) + "\n" + line;
  for (std::size_t bit = 0; bit < 8 * alone.size(); ++bit) {
    auto changed = alone;
    changed[bit / 8] =
        static_cast<char>(static_cast<unsigned char>(changed[bit / 8]) ^ (1U << (bit % 8)));
    const auto opened = open(changed);
    EXPECT_TRUE(!opened || opened->empty()) << "bit " << bit;
  }
  for (std::size_t size = 0; size < alone.size(); ++size) {
    EXPECT_FALSE(open(std::string_view(alone).substr(0, size))) << size;
  }
}

TEST_F(CosignedNote, KeepsOneSignerAndDropsTheRest) {
  const auto own = sign_note(kText, "hub.test/log", log);
  EXPECT_EQ(only_signed_by(log_verifier, note), own);
  EXPECT_EQ(only_signed_by(log_verifier, own + own.substr(std::string(kText).size() + 1)), own);
  const auto alone = std::string(kText) + "\n" + line;
  EXPECT_EQ(only_signed_by(log_verifier, alone).error(), NoteError::NoKnownSigner);
  EXPECT_EQ(only_signed_by(log_verifier, kText).error(), NoteError::Malformed);
  const auto forged = note + signature_line("another text\n", "hub.test/log", log);
  EXPECT_EQ(only_signed_by(log_verifier, forged).error(), NoteError::BadSignature);
}

TEST(CosignatureVerifier, ReadsItsOwnLineAndNoOther) {
  const CosignatureVerifier verifier(kName, WitnessKey::generate().verify_key().bytes);
  const auto vkey = verifier.vkey();
  const auto parsed = CosignatureVerifier::parse(vkey);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->name(), verifier.name());
  EXPECT_EQ(parsed->key(), verifier.key());
  EXPECT_EQ(parsed->key_id(), verifier.key_id());
  EXPECT_EQ(vkey.substr(verifier.name().size() + 9, 2), "+B") << "type 0x04";
  for (std::size_t size = 0; size < vkey.size(); ++size) {
    EXPECT_FALSE(CosignatureVerifier::parse(vkey.substr(0, size))) << size;
  }
  for (std::size_t bit = 0; bit < 8 * vkey.size(); ++bit) {
    auto changed = vkey;
    changed[bit / 8] =
        static_cast<char>(static_cast<unsigned char>(changed[bit / 8]) ^ (1U << (bit % 8)));
    EXPECT_FALSE(CosignatureVerifier::parse(changed)) << "bit " << bit;
  }
}

}  // namespace
}  // namespace hub::crypto
