// Each row of the table of statuses, with requests that no other row fits.
#include "audit/witness/witness.h"

#include <gtest/gtest.h>

#include "core/crypto/cosignature.h"
#include "tests/audit/signed_log.h"

namespace hub::audit {
namespace {

struct Witness : testing::Test {
  SignedLog log;

  [[nodiscard]] WitnessAnswer answer(const AddCheckpoint& request,
                                     const std::optional<Witnessed>& last) const {
    return answer_add_checkpoint(request, log.verifier(), last);
  }
  // What is stored is what was asked for, and nothing is stored without a Cosign.
  void expect_cosigned(const WitnessAnswer& given, std::uint64_t size) const {
    EXPECT_EQ(given.status, WitnessStatus::Cosign) << describe(given.status);
    EXPECT_EQ(given.store, log.witnessed(size));
    EXPECT_FALSE(given.fork);
  }
  static void expect_refused(const WitnessAnswer& given, WitnessStatus status) {
    EXPECT_EQ(given.status, status) << describe(given.status);
    EXPECT_FALSE(given.store);
    EXPECT_FALSE(given.fork);
  }
};

TEST_F(Witness, CosignsTheFirstCheckpointThatItSees) {
  expect_cosigned(answer(log.request(0, 5), std::nullopt), 5);
  expect_cosigned(answer(log.request(0, 0), std::nullopt), 0);
}

TEST_F(Witness, CosignsWhatContinuesTheTreeItCosignedLast) {
  for (std::uint64_t size = 1; size <= 40; ++size) {
    for (std::uint64_t old_size = 1; old_size <= size; ++old_size) {
      expect_cosigned(answer(log.request(old_size, size), log.witnessed(old_size)), size);
    }
  }
}

TEST_F(Witness, CosignsTheSameTreeAgain) {
  expect_cosigned(answer(log.request(5, 5), log.witnessed(5)), 5);
  expect_cosigned(answer(log.request(0, 0), log.witnessed(0)), 0);
}

TEST_F(Witness, CosignsAnythingAfterAnEmptyTreeWithoutAProof) {
  expect_cosigned(answer(log.request(0, 5), log.witnessed(0)), 5);
}

TEST_F(Witness, KeepsNoSignatureButTheLogsOwn) {
  auto request = log.request(3, 5);
  const crypto::LogKey other = crypto::LogKey::generate();
  request.note += crypto::signature_line(checkpoint_text(log.checkpoint(5)), "somebody", other);
  request.note += log.note(5).substr(checkpoint_text(log.checkpoint(5)).size() + 1);
  expect_cosigned(answer(request, log.witnessed(3)), 5);
}

TEST_F(Witness, Answers400ToWhatIsNoCheckpoint) {
  for (const std::string text : {"", "\n", "test.hub/audit/E09000012\n5\n",
                                 "test.hub/audit/E09000012\n05\nAAAA\n", "no origin\n5\nAAAA\n"}) {
    const auto note = text.empty() ? text : log.sign(text);
    expect_refused(answer({0, {}, note}, std::nullopt), WitnessStatus::Malformed);
  }
  const auto extended = log.sign(checkpoint_text(log.checkpoint(5)) + "an extension\n");
  expect_refused(answer({0, {}, extended}, std::nullopt), WitnessStatus::Malformed);
  const auto unsigned_text = checkpoint_text(log.checkpoint(5));
  expect_refused(answer({0, {}, unsigned_text}, std::nullopt), WitnessStatus::Malformed);
}

TEST_F(Witness, Answers400ToAnOldSizeLargerThanTheNew) {
  expect_refused(answer(log.request(7, 5), log.witnessed(7)), WitnessStatus::Malformed);
  expect_refused(answer(log.request(1, 0), log.witnessed(1)), WitnessStatus::Malformed);
}

TEST_F(Witness, Answers403WithoutASignatureOfTheLog) {
  const SignedLog impostor;
  auto request = log.request(3, 5);
  request.note = impostor.note(5);
  expect_refused(answer(request, log.witnessed(3)), WitnessStatus::NotSigned);
  request.note = log.note(5) + log.note(4).substr(checkpoint_text(log.checkpoint(4)).size() + 1);
  expect_refused(answer(request, log.witnessed(3)), WitnessStatus::NotSigned);
  // A cosignature under the log's name is no signature of the log.
  const crypto::WitnessKey key = crypto::WitnessKey::generate();
  const auto text = checkpoint_text(log.checkpoint(5));
  request.note = text + "\n" + crypto::cosignature_line(text, 1, log.origin, key);
  expect_refused(answer(request, log.witnessed(3)), WitnessStatus::NotSigned);
}

TEST_F(Witness, Answers404ToAnotherLogsCheckpoint) {
  auto foreign = log.checkpoint(5);
  foreign.origin = "test.hub/audit/E09000013";
  auto request = log.request(3, 5);
  request.note = log.sign(checkpoint_text(foreign));
  expect_refused(answer(request, log.witnessed(3)), WitnessStatus::UnknownLog);
  request.note = crypto::sign_note(checkpoint_text(foreign), foreign.origin, log.key);
  expect_refused(answer(request, log.witnessed(3)), WitnessStatus::UnknownLog);
}

TEST_F(Witness, Answers409WithTheSizeThatItCosignedLast) {
  for (const std::uint64_t old_size : {0U, 2U, 4U, 5U}) {
    const auto given = answer(log.request(old_size, 5), log.witnessed(3));
    expect_refused(given, WitnessStatus::OtherSize);
    EXPECT_EQ(given.last_size, 3U) << old_size;
  }
  const auto unknown = answer(log.request(3, 5), std::nullopt);
  expect_refused(unknown, WitnessStatus::OtherSize);
  EXPECT_EQ(unknown.last_size, 0U);
  // A log that went back to what it was before.
  const auto older = answer(log.request(3, 5), log.witnessed(8));
  expect_refused(older, WitnessStatus::OtherSize);
  EXPECT_EQ(older.last_size, 8U);
}

TEST_F(Witness, Answers422ToAProofThatDoesNotHold) {
  const auto sound = log.request(3, 7);
  for (std::size_t i = 0; i < sound.proof.size(); ++i) {
    auto request = sound;
    request.proof[i][0] ^= 1U;
    expect_refused(answer(request, log.witnessed(3)), WitnessStatus::Inconsistent);
    request = sound;
    request.proof.erase(request.proof.begin() + static_cast<std::ptrdiff_t>(i));
    expect_refused(answer(request, log.witnessed(3)), WitnessStatus::Inconsistent);
  }
  auto request = sound;
  request.proof.push_back(test_leaf(0));
  expect_refused(answer(request, log.witnessed(3)), WitnessStatus::Inconsistent);
  // A tree that continues another history of the same size.
  expect_refused(answer(sound, log.witnessed(3, 1)), WitnessStatus::Inconsistent);
}

TEST_F(Witness, Answers422ToAProofWhereNoneBelongs) {
  auto request = log.request(0, 5);
  request.proof = {test_leaf(0)};
  expect_refused(answer(request, std::nullopt), WitnessStatus::Inconsistent);
  expect_refused(answer(request, log.witnessed(0)), WitnessStatus::Inconsistent);
  request = log.request(5, 5);
  request.proof = {test_leaf(0)};
  expect_refused(answer(request, log.witnessed(5)), WitnessStatus::Inconsistent);
}

TEST_F(Witness, Answers422ToAnEmptyTreeWithAnotherRoot) {
  Checkpoint empty = log.checkpoint(0);
  empty.root = test_leaf(0);
  expect_refused(answer({0, {}, log.sign(checkpoint_text(empty))}, std::nullopt),
                 WitnessStatus::Inconsistent);
}

TEST_F(Witness, Answers422ToAnotherTreeOfTheSameSizeAndConvictsTheLog) {
  const auto given = answer(log.request(5, 5), log.witnessed(5, 1));
  EXPECT_EQ(given.status, WitnessStatus::Inconsistent);
  EXPECT_FALSE(given.store);
  ASSERT_TRUE(given.fork);
  const auto fork = verify_fork_proof(*given.fork, log.verifier());
  ASSERT_TRUE(fork);
  EXPECT_EQ(*fork, (Fork{log.checkpoint(5, 1), log.checkpoint(5)}));
}

TEST_F(Witness, ConvictsTheLogWhateverElseIsWrongWithTheRequest) {
  for (const auto& [old_size, status] :
       {std::pair{3U, WitnessStatus::OtherSize}, {6U, WitnessStatus::Malformed}}) {
    const auto given = answer(log.request(old_size, 5), log.witnessed(5, 1));
    EXPECT_EQ(given.status, status);
    ASSERT_TRUE(given.fork);
    EXPECT_TRUE(verify_fork_proof(*given.fork, log.verifier()));
  }
}

TEST_F(Witness, ConvictsNobodyWithANoteThatTheLogDidNotSign) {
  const SignedLog impostor;
  const auto unsigned_last = answer(log.request(5, 5), impostor.witnessed(5, 1));
  expect_refused(unsigned_last, WitnessStatus::Inconsistent);
  const auto unsigned_request = answer(impostor.request(5, 5), log.witnessed(5, 1));
  expect_refused(unsigned_request, WitnessStatus::NotSigned);
}

TEST_F(Witness, NeverCosignsANoteWithAFlippedBit) {
  const auto sound = log.request(3, 7);
  for (std::size_t bit = 0; bit < 8 * sound.note.size(); ++bit) {
    auto request = sound;
    request.note = with_flipped_bit(request.note, bit);
    EXPECT_NE(answer(request, log.witnessed(3)).status, WitnessStatus::Cosign) << "bit " << bit;
  }
}

TEST_F(Witness, SignsWhatIsStored) {
  const crypto::WitnessKey key = crypto::WitnessKey::generate();
  const crypto::CosignatureVerifier verifier("test.hub/witness/E09000013", key.verify_key().bytes);
  const auto given = answer(log.request(3, 7), log.witnessed(3));
  ASSERT_TRUE(given.store);
  const auto line = cosign(*given.store, 1'700'000'000, verifier.name(), key);
  EXPECT_EQ(line, crypto::cosignature_line(checkpoint_text(log.checkpoint(7)), 1'700'000'000,
                                           verifier.name(), key));
  const auto held = crypto::open_cosignatures(given.store->note + line, std::span(&verifier, 1));
  ASSERT_TRUE(held);
  EXPECT_EQ(*held, (std::vector<crypto::Cosignature>{{verifier.name(), 1'700'000'000}}));
  EXPECT_EQ(open_checkpoint(given.store->note + line, log.verifier()), log.checkpoint(7));
}

TEST(WitnessStatus, IsTheNumberOfTheSpecification) {
  EXPECT_EQ(static_cast<int>(WitnessStatus::Cosign), 200);
  EXPECT_EQ(static_cast<int>(WitnessStatus::Malformed), 400);
  EXPECT_EQ(static_cast<int>(WitnessStatus::NotSigned), 403);
  EXPECT_EQ(static_cast<int>(WitnessStatus::UnknownLog), 404);
  EXPECT_EQ(static_cast<int>(WitnessStatus::OtherSize), 409);
  EXPECT_EQ(static_cast<int>(WitnessStatus::Inconsistent), 422);
}

TEST(ClaimedOrigin, IsTheFirstLineOfANote) {
  const SignedLog log;
  EXPECT_EQ(claimed_origin(log.note(5)), log.origin);
  EXPECT_EQ(claimed_origin(log.sign("somebody/else\nanything\n")), "somebody/else");
  EXPECT_EQ(claimed_origin(log.sign("cosignature/v1\n5\n")), std::nullopt);
  EXPECT_EQ(claimed_origin(log.sign("a b\n5\n")), std::nullopt);
  EXPECT_EQ(claimed_origin(log.sign("\n5\n")), std::nullopt);
  EXPECT_EQ(claimed_origin(checkpoint_text(log.checkpoint(5))), std::nullopt);
  EXPECT_EQ(claimed_origin(""), std::nullopt);
}

}  // namespace
}  // namespace hub::audit
