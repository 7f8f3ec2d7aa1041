#include "audit/witness/fork_proof.h"

#include <gtest/gtest.h>

#include "tests/audit/signed_log.h"

namespace hub::audit {
namespace {

std::optional<ForkProofError> error_of(const ForkProof& proof, const crypto::NoteVerifier& log) {
  const auto fork = verify_fork_proof(proof, log);
  return fork ? std::nullopt : std::optional(fork.error());
}

TEST(ForkProof, ConvictsAKeyThatSignedTwoTreesOfOneSize) {
  const SignedLog log;
  const ForkProof proof{log.note(7), log.note(7, 1)};
  const auto read = parse_fork_proof(write_fork_proof(proof));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, proof);
  const auto fork = verify_fork_proof(*read, log.verifier());
  ASSERT_TRUE(fork) << describe(fork.error());
  EXPECT_EQ(*fork, (Fork{log.checkpoint(7), log.checkpoint(7, 1)}));
}

TEST(ForkProof, IsWrittenAsItsHeaderSays) {
  EXPECT_EQ(write_fork_proof({"a\n", "bcd"}), "borough-hub/fork-proof/v1\nnote 2\na\nnote 3\nbcd");
}

TEST(ForkProof, ConvictsNobodyOtherwise) {
  const SignedLog log;
  const auto key = log.verifier();
  const auto note = log.note(7);
  EXPECT_EQ(error_of({note, note}, key), ForkProofError::SameTree);
  EXPECT_EQ(error_of({note, log.note(8, 1)}, key), ForkProofError::OtherSizes);
  EXPECT_EQ(error_of({log.note(6), note}, key), ForkProofError::OtherSizes);

  const SignedLog impostor;  // the same origin, another key
  EXPECT_EQ(error_of({note, impostor.note(7, 1)}, key), ForkProofError::NotSigned);
  EXPECT_EQ(error_of({impostor.note(7, 1), note}, key), ForkProofError::NotSigned);
  EXPECT_EQ(error_of({note, log.note(7, 1)}, impostor.verifier()), ForkProofError::NotSigned);

  // Another log's tree under the log's own name and key; and its own under another name.
  auto foreign = log.checkpoint(7, 1);
  foreign.origin = "test.hub/audit/E09000013";
  EXPECT_EQ(error_of({note, log.sign(checkpoint_text(foreign))}, key), ForkProofError::OtherOrigin);
  const auto renamed = crypto::sign_note(checkpoint_text(foreign), foreign.origin, log.key);
  EXPECT_EQ(error_of({note, renamed}, key), ForkProofError::NotSigned);

  EXPECT_EQ(error_of({note, log.sign("no checkpoint\n")}, key), ForkProofError::NoCheckpoint);
  EXPECT_EQ(error_of({log.sign("no checkpoint\n"), note}, key), ForkProofError::NoCheckpoint);
  EXPECT_EQ(error_of({note, ""}, key), ForkProofError::NotSigned);
  EXPECT_EQ(error_of({"", ""}, key), ForkProofError::NotSigned);
  EXPECT_EQ(error_of({note, checkpoint_text(log.checkpoint(7, 1))}, key),
            ForkProofError::NotSigned);
}

TEST(ForkProof, HasOneSpelling) {
  const std::string header = "borough-hub/fork-proof/v1\n";
  ASSERT_TRUE(parse_fork_proof(header + "note 0\nnote 0\n"));
  for (const std::string bad : {
           "borough-hub/fork-proof/v2\nnote 0\nnote 0\n",
           "note 0\nnote 0\n",
           "borough-hub/fork-proof/v1\nnote 0\n",
           "borough-hub/fork-proof/v1\nnote 0\nnote 0\nnote 0\n",
           "borough-hub/fork-proof/v1\nnote 00\nnote 0\n",
           "borough-hub/fork-proof/v1\nnote +0\nnote 0\n",
           "borough-hub/fork-proof/v1\nnote \nnote 0\n",
           "borough-hub/fork-proof/v1\nNote 0\nnote 0\n",
           "borough-hub/fork-proof/v1\nnote 0\n\nnote 0\n",
           "borough-hub/fork-proof/v1\nnote 9223372036854775808\nnote 0\n",
           "borough-hub/fork-proof/v1\nnote 9223372036854775807\nnote 0\n",
       }) {
    const auto read = parse_fork_proof(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error(), ForkProofError::Malformed) << bad;
  }
  const std::string largest(256U << 10U, 'x');
  EXPECT_TRUE(parse_fork_proof(write_fork_proof({largest, largest})));
  EXPECT_FALSE(parse_fork_proof(write_fork_proof({largest + "x", ""})));
  EXPECT_FALSE(parse_fork_proof(write_fork_proof({"", largest + "x"})));
}

TEST(ForkProof, IsRefusedAtEveryTruncationAndConvictsNobodyWithAFlippedBit) {
  const SignedLog log;
  const auto text = write_fork_proof({log.note(7), log.note(7, 1)});
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(parse_fork_proof(text.substr(0, size))) << size;
  }
  EXPECT_FALSE(parse_fork_proof(text + "\n"));
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    const auto read = parse_fork_proof(with_flipped_bit(text, bit));
    EXPECT_FALSE(read && verify_fork_proof(*read, log.verifier())) << "bit " << bit;
  }
}

}  // namespace
}  // namespace hub::audit
