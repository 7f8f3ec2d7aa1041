#include "audit/witness/quorum.h"

#include <gmock/gmock.h>

#include "tests/audit/signed_log.h"

namespace hub::audit {
namespace {

TEST(Quorum, IsWhatTheFormulaSays) {
  for (std::size_t n = 0; n <= 40; ++n) {
    const auto f = n == 0 ? 0 : (n - 1) / 3;
    EXPECT_EQ(tolerated_liars(n), f) << n;
    EXPECT_EQ(quorum_of(n), n == 0 ? 0 : (n + f) / 2 + 1) << n;
  }
  EXPECT_EQ(quorum_of(0), 0U);
  EXPECT_EQ(quorum_of(1), 1U);
  EXPECT_EQ(quorum_of(2), 2U);
  EXPECT_EQ(tolerated_liars(2), 0U);
  EXPECT_EQ(tolerated_liars(33), 10U);
  EXPECT_EQ(quorum_of(33), 22U);
}

TEST(Quorum, SharesAnHonestWitnessWithAnyOtherAndNeedsNoLiar) {
  for (std::size_t n = 1; n <= 40; ++n) {
    const auto f = tolerated_liars(n);
    const auto q = quorum_of(n);
    EXPECT_GT(2 * q, n + f) << n;
    EXPECT_LE(2 * (q - 1), n + f) << n << ": a smaller one would do";
    EXPECT_LE(q, n - f) << n;
  }
}

struct QuorumCheck : testing::Test {
  SignedLog log;
  std::vector<crypto::WitnessKey> keys;
  std::vector<crypto::CosignatureVerifier> witnesses;

  QuorumCheck() {
    for (int i = 0; i < 4; ++i) {
      keys.push_back(crypto::WitnessKey::generate());
      witnesses.emplace_back(name(static_cast<std::size_t>(i)), keys.back().verify_key().bytes);
    }
  }
  static std::string name(std::size_t i) { return "test.hub/witness/" + std::to_string(i); }
  [[nodiscard]] std::string line(std::size_t i, std::uint64_t time, std::uint64_t size = 7,
                                 std::uint64_t first = 0) const {
    return crypto::cosignature_line(checkpoint_text(log.checkpoint(size, first)), time, name(i),
                                    keys[i]);
  }
  [[nodiscard]] Result<Witnessing, QuorumError> check(const std::string& note,
                                                      std::size_t quorum) const {
    return check_quorum(note, log.verifier(), witnesses, quorum);
  }
};

TEST_F(QuorumCheck, CountsWitnessesAndSaysSinceWhenTheyAreAQuorum) {
  const auto note = log.note(7) + line(2, 300) + line(0, 100) + line(1, 200);
  for (std::size_t quorum = 1; quorum <= 3; ++quorum) {
    const auto found = check(note, quorum);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->checkpoint, log.checkpoint(7));
    EXPECT_THAT(found->cosignatures, testing::ElementsAre(crypto::Cosignature{name(2), 300},
                                                          crypto::Cosignature{name(1), 200},
                                                          crypto::Cosignature{name(0), 100}));
    EXPECT_TRUE(found->has_quorum());
    EXPECT_EQ(found->quorum_time, 400 - 100 * quorum);
  }
  const auto found = check(note, 4);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->cosignatures.size(), 3U);
  EXPECT_FALSE(found->has_quorum());
}

TEST_F(QuorumCheck, CountsAWitnessOnceWithItsNewest) {
  const auto found = check(log.note(7) + line(0, 100) + line(0, 300) + line(0, 200), 2);
  ASSERT_TRUE(found);
  EXPECT_THAT(found->cosignatures, testing::ElementsAre(crypto::Cosignature{name(0), 300}));
  EXPECT_FALSE(found->has_quorum());
}

TEST_F(QuorumCheck, HasNoQuorumOfNobody) {
  const auto found = check(log.note(7), 0);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->cosignatures.empty());
  EXPECT_FALSE(found->has_quorum());
  EXPECT_FALSE(check(log.note(7) + line(0, 1), 0)->has_quorum());
}

TEST_F(QuorumCheck, DoesNotCountWhomTheCallerLeftOut) {
  const auto note = log.note(7) + line(0, 100) + line(1, 200);
  const auto found = check_quorum(note, log.verifier(), std::span(witnesses).subspan(1), 2);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->cosignatures.size(), 1U);
  EXPECT_FALSE(found->has_quorum());
}

TEST_F(QuorumCheck, CondemnsANoteWithACosignatureOfAnotherTree) {
  for (const auto& bad : {line(1, 200, 8), line(1, 200, 7, 1)}) {
    const auto found = check(log.note(7) + line(0, 100) + bad, 1);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error(), QuorumError::BadCosignature);
  }
}

TEST_F(QuorumCheck, BelievesNoWitnessWithoutTheLog) {
  const SignedLog impostor;
  const auto lines = line(0, 100) + line(1, 200);
  EXPECT_EQ(check(impostor.note(7) + lines, 2).error(), QuorumError::NotSigned);
  EXPECT_EQ(check(checkpoint_text(log.checkpoint(7)) + "\n" + lines, 2).error(),
            QuorumError::NotSigned);
  EXPECT_EQ(check(log.sign("no checkpoint\n"), 2).error(), QuorumError::NoCheckpoint);
  auto foreign = log.checkpoint(7);
  foreign.origin = "test.hub/audit/E09000013";
  EXPECT_EQ(check(log.sign(checkpoint_text(foreign)), 2).error(), QuorumError::NoCheckpoint);
}

TEST_F(QuorumCheck, FindsNoQuorumThatAFlippedBitMade) {
  const auto note = log.note(7) + line(0, 100) + line(1, 200);
  for (std::size_t bit = 0; bit < 8 * note.size(); ++bit) {
    const auto found = check(with_flipped_bit(note, bit), 2);
    EXPECT_FALSE(found && found->has_quorum()) << "bit " << bit;
  }
  for (std::size_t size = 0; size < note.size(); ++size) {
    const auto found = check(note.substr(0, size), 2);
    EXPECT_FALSE(found && found->has_quorum()) << size;
  }
}

TEST_F(QuorumCheck, HoldsForAWholeHubOf34) {
  keys.clear();
  witnesses.clear();
  auto note = log.note(7);
  for (std::size_t i = 0; i < 33; ++i) {
    keys.push_back(crypto::WitnessKey::generate());
    witnesses.emplace_back(name(i), keys.back().verify_key().bytes);
    const auto found = check(note, quorum_of(33));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->has_quorum(), i >= 22) << i;
    note += line(i, 1000 + i);
  }
  const auto found = check(note, quorum_of(33));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->cosignatures.size(), 33U);
  EXPECT_EQ(found->quorum_time, 1000 + 33 - 22);
}

}  // namespace
}  // namespace hub::audit
