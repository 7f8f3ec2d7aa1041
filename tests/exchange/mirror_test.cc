// A log's leaves at those who keep them: what is brought, what is taken, and what is given back.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "broker/peer_traffic.h"
#include "tests/exchange/mirroring.h"

namespace hub::exchange {
namespace {

using audit::MirrorBlock;
using audit::MirrorFault;
using audit::MirrorRefusal;
using audit::MirrorStanding;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;

class Mirrors : public Mirroring {
 protected:
  MirrorBlock block_of(std::uint64_t from, std::uint64_t to) {
    MirrorBlock out;
    out.origin = owner().log.origin();
    out.from = from;
    out.key = recovery;
    out.checkpoint = note;
    const auto all = leaves();
    audit::seal_leaves(out, std::span(all).subspan(from, to - from), kHub,
                       owner().secrets.identity);
    return out;
  }
  // Nothing where the block was kept or was there.
  std::optional<MirrorRefusal> refusal(Holder& at, const MirrorBlock& block,
                                       std::string_view log = kCamden) {
    const auto reply = at.answer({std::string(log), at.borough.code, audit::write_question(block)});
    const auto* refused = reply ? std::get_if<MirrorRefusal>(&*reply) : nullptr;
    return refused == nullptr ? std::nullopt : std::optional(*refused);
  }
  Result<audit::MirroredLeaves, MirrorFault> give_back(
      Holder& from, const crypto::RecoverySecret& with,
      const std::function<void(MirrorBlock&)>& lie = {}) {
    audit::MirroredLog out(name(), std::string(kHub), {});
    while (true) {
      const auto reply =
          from.answer({owner().code, from.borough.code,
                       audit::write_question(audit::MirrorGive{name(), out.next()})});
      auto block = std::get<audit::MirrorGiven>(*reply).block;
      if (!block) break;
      if (lie) lie(*block);
      const auto taken = out.take(*block, with);
      if (!taken) return fail(taken.error());
    }
    std::vector<crypto::CosignatureVerifier> keys;
    for (const auto& [code, each] : hub.parties()->witnesses(owner().code)) keys.push_back(each);
    const crypto::NoteVerifier log(owner().log.origin(), owner().secrets.log.verify_key().bytes);
    return std::move(out).verified(log, keys, owner().log.head().size);
  }
};

TEST_F(Mirrors, AreTheTwoThatFollowInTheRegister) {
  const TestHub four({"E1", "E2", "E3", "E4"});
  const auto& parties = *four.parties();
  EXPECT_THAT(parties.mirror_holders("E1"), ElementsAre("E2", "E3"));
  EXPECT_THAT(parties.mirror_holders("E3"), ElementsAre("E4", "E1"));
  EXPECT_THAT(parties.mirror_holders("broker"), ElementsAre("E1", "E2"));
  EXPECT_THAT(TestHub({"E1", "E2"}).parties()->mirror_holders("E2"), ElementsAre("E1"));
  const auto without = schemas::Register::unsigned_content(four.register_note(1, "", {"E4"}));
  ASSERT_TRUE(without);
  EXPECT_THAT((*without)->mirror_holders("E3"), ElementsAre("E1", "E2"));
}

TEST_F(Mirrors, KeepALogsLeavesAsItGrows) {
  EXPECT_THAT(go_round(), IsEmpty());
  EXPECT_EQ(asked, 0U) << "nothing has been cosigned yet";
  for (const int more : {1, 1, 300, 7}) {
    grow(more);
    EXPECT_THAT(go_round(), IsEmpty());
    const auto size = owner().log.head().size;
    EXPECT_EQ(hackney.standing(name()), (MirrorStanding{size, 0}));
    EXPECT_EQ(newham.standing(name()), (MirrorStanding{size, 0}));
  }
  EXPECT_EQ(hackney.borough.count_of("mirrored_block"), 1) << "the last block grows";
  const auto status = round->status();
  EXPECT_EQ(status["cosigned"], 309);
  for (const auto& each : status["holders"]) EXPECT_EQ(each["entries"], 309);
  asked = 0;
  (void)go_round();
  EXPECT_EQ(asked, 2U) << "who has everything is asked and brought nothing";
}

TEST_F(Mirrors, AreBroughtALongLogBlockByBlock) {
  grow(700, 1'000);
  EXPECT_THAT(go_round(), IsEmpty());
  EXPECT_EQ(hackney.standing(name()).entries, 700U);
  EXPECT_GE(hackney.borough.count_of("mirrored_block"), 3);
  const auto back = give_back(hackney, secret);
  ASSERT_TRUE(back) << describe(back.error());
  EXPECT_EQ(back->leaves, leaves());
  EXPECT_EQ(back->checkpoint.root, owner().log.head().root);
}

TEST_F(Mirrors, AreBroughtNoMoreThanAFewBlocksARound) {
  grow(2 * static_cast<int>(audit::MirrorRound::kMostBlocks), 60'000);
  std::vector<std::uint64_t> kept;
  while (kept.size() < 10 && hackney.standing(name()).entries < owner().log.head().size) {
    (void)go_round();
    kept.push_back(hackney.standing(name()).entries);
  }
  EXPECT_THAT(kept, ElementsAre(128)) << "four leaves a block, 32 blocks";
  grow(300, 60'000);
  (void)go_round();
  EXPECT_EQ(hackney.standing(name()).entries, 128U + 4 * audit::MirrorRound::kMostBlocks);
  (void)go_round();
  EXPECT_EQ(hackney.standing(name()).entries, owner().log.head().size);
}

TEST_F(Mirrors, AreBroughtEverythingAgainWhenTheyHaveLostIt) {
  grow(40);
  (void)go_round();
  hackney.borough.commit([](storage::Connection& store) {
    store.run("DELETE FROM mirrored_block");
    store.run("DELETE FROM mirrored_log");
  });
  grow(1);
  EXPECT_THAT(go_round(), IsEmpty());
  EXPECT_EQ(hackney.standing(name()).entries, 41U);
  const auto back = give_back(hackney, secret);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->leaves, leaves());
}

// Of a store that was put back beside a newer file.
TEST_F(Mirrors, AreBroughtNothingOfALogThatIsNotTheOneThatWasCosigned) {
  grow(10);
  (void)go_round();
  owner().commit([&](storage::Connection& store) {
    for (int i = 0; i < 5; ++i) owner().log.append(store, audit::Entry{}, {});
  });
  for (const std::uint64_t size : {12U, 15U, 16U, 5'000U}) {
    note = cosigned_note({owner().log.origin(), size, crypto::sha256(as_bytes("another tree"))});
    replace_file(file(), as_bytes(note));
    EXPECT_THAT(go_round(), IsEmpty());
    EXPECT_EQ(hackney.standing(name()).entries, 10U) << size;
  }
  grow(1);
  (void)go_round();
  EXPECT_EQ(hackney.standing(name()).entries, 16U);
}

TEST_F(Mirrors, AreNoneWithoutARecoveryKey) {
  round = new_round(std::nullopt);
  grow(4);
  EXPECT_THAT(go_round(), IsEmpty());
  EXPECT_EQ(asked, 0U);
  EXPECT_EQ(round->status()["recovery_key"], false);
}

// Whoever carries the messages changes none of them unseen.
TEST_F(Mirrors, KeepNothingThatTheLogsOwnerDidNotSign) {
  grow(30);
  const auto block = block_of(0, 30);
  auto bytes = audit::write_block(block);
  std::size_t tried = 0;
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    bytes[at] ^= 1U;
    if (const auto changed = audit::parse_block(bytes)) {
      EXPECT_EQ(refusal(hackney, *changed), MirrorRefusal::NotBelieved) << at;
      ++tried;
    }
    bytes[at] ^= 1U;
  }
  EXPECT_GT(tried, bytes.size() / 10);
  EXPECT_EQ(refusal(hackney, block, kNewham), MirrorRefusal::NotBelieved) << "another's log";
  auto uncovered = block_of(0, 30);
  uncovered.checkpoint =
      cosigned_note({owner().log.origin(), 29, crypto::sha256(as_bytes("a root"))});
  const auto all = leaves();
  audit::seal_leaves(uncovered, all, kHub, owner().secrets.identity);
  EXPECT_EQ(refusal(hackney, uncovered), MirrorRefusal::NotBelieved);
  EXPECT_EQ(hackney.borough.count_of("mirrored_block"), 0);
  EXPECT_EQ(refusal(hackney, block), std::nullopt);
  EXPECT_EQ(hackney.borough.count_of("mirrored_block"), 1);
}

TEST_F(Mirrors, KeepOnlyTheLogsThatTheRegisterAssignsToThem) {
  grow(3);
  EXPECT_EQ(refusal(camden, block_of(0, 3)), MirrorRefusal::NotHolder) << "its own";
  const TestHub four({"E1", "E2", "E3", "E4"});
  const agent::MirrorDesk desk("E4", four.secrets("E4").identity);
  const auto admitted =
      desk.admit(*four.parties(), {"E1", "E4", audit::write_question(block_of(0, 3))});
  ASSERT_TRUE(admitted);
  EXPECT_EQ(admitted->refusal, MirrorRefusal::NotHolder);
  EXPECT_EQ(
      desk.admit(*four.parties(), {"E9", "E4", audit::write_question(block_of(0, 3))})->refusal,
      MirrorRefusal::NotHolder)
      << "nobody's log";
  EXPECT_FALSE(desk.admit(*four.parties(), {"E1", "E4", Buffer{9}}));
}

TEST_F(Mirrors, TakeOnlyWhatGoesOnFromWhatTheyHave) {
  grow(50);
  EXPECT_EQ(refusal(hackney, block_of(0, 20)), std::nullopt);
  EXPECT_EQ(refusal(hackney, block_of(30, 40)), std::nullopt);
  EXPECT_EQ(hackney.standing(name()), (MirrorStanding{20, 0})) << "a gap";
  EXPECT_EQ(refusal(hackney, block_of(10, 40)), std::nullopt);
  EXPECT_EQ(hackney.standing(name()), (MirrorStanding{20, 0})) << "across a block";
  EXPECT_EQ(refusal(hackney, block_of(20, 30)), std::nullopt);
  EXPECT_EQ(refusal(hackney, block_of(0, 50)), std::nullopt);
  EXPECT_EQ(refusal(hackney, block_of(20, 25)), std::nullopt);
  EXPECT_EQ(hackney.standing(name()), (MirrorStanding{30, 20})) << "what is kept stays";
  EXPECT_EQ(refusal(hackney, block_of(20, 50)), std::nullopt);
  EXPECT_EQ(hackney.standing(name()), (MirrorStanding{50, 20}));
  EXPECT_EQ(give_back(hackney, secret)->leaves, leaves());
}

TEST_F(Mirrors, KeepNoMoreOfOneLogThanTheirBound) {
  grow(50);
  hackney.most = audit::write_block(block_of(0, 20)).size() + 10;
  EXPECT_EQ(refusal(hackney, block_of(0, 20)), std::nullopt);
  EXPECT_EQ(refusal(hackney, block_of(20, 30)), MirrorRefusal::Full);
  EXPECT_EQ(refusal(hackney, block_of(0, 30)), MirrorRefusal::Full);
  EXPECT_EQ(hackney.standing(name()), (MirrorStanding{20, 0}));
  EXPECT_THAT(go_round(), ElementsAre(describe(MirrorRefusal::Full)));
  EXPECT_EQ(newham.standing(name()).entries, 50U) << "the other goes on";
}

// A broker could say that everything is kept.
TEST_F(Mirrors, AreBelievedOnlyWithTheirOwnSignature) {
  grow(5);
  (void)go_round();
  const auto has =
      audit::signed_standing(name(), {5, 0}, kHub, kHackney, hackney.borough.secrets.identity);
  EXPECT_EQ(round->answered(std::string(kHackney), has), std::nullopt);
  const std::string cannot = "a holder's answer about mirrored entries cannot be used";
  EXPECT_EQ(round->answered(std::string(kNewham), has), cannot) << "another's word";
  auto more = has;
  more.standing.entries = 500;
  EXPECT_EQ(round->answered(std::string(kHackney), more), cannot);
  auto other = name();
  other.origin += "/2";
  EXPECT_EQ(round->answered(std::string(kHackney),
                            audit::signed_standing(other, {5, 0}, kHub, kHackney,
                                                   hackney.borough.secrets.identity)),
            cannot);
  EXPECT_EQ(round->status()["holders"][0]["entries"], 5);
}

TEST_F(Mirrors, GiveLeavesBackThatOnlyTheRecoveryKeyOpens) {
  grow(30);
  (void)go_round();
  const auto other = crypto::RecoverySecret::random();
  EXPECT_EQ(give_back(hackney, other).error(), MirrorFault::WrongKey);
  const auto block = block_of(0, 30);
  for (const auto& leaf : leaves()) {
    EXPECT_TRUE(std::ranges::search(block.sealed, as_bytes(leaf)).empty());
  }
  EXPECT_EQ(give_back(hackney, secret)->leaves, leaves());
}

TEST_F(Mirrors, AreNotBelievedWithoutAQuorumsCosignatures) {
  grow(30);
  cosign({std::string(kHackney)});
  (void)go_round();
  EXPECT_EQ(give_back(hackney, secret).error(), MirrorFault::NotThere) << "one of two";
  cosign();
  grow(1);
  (void)go_round();
  EXPECT_TRUE(give_back(hackney, secret));
}

// The recovery key's public half is no secret: anybody can seal leaves to it.
TEST_F(Mirrors, AreNotBelievedWithLeavesThatTheCheckpointDoesNotCover) {
  grow(30);
  (void)go_round();
  auto forged = leaves();
  forged[7] = forged[8];
  const auto lie = [&](MirrorBlock& block) {
    audit::seal_leaves(block, forged, kHub, crypto::IdentityKey::generate());
  };
  EXPECT_EQ(give_back(hackney, secret, lie).error(), MirrorFault::NotThere);
  forged = leaves();
  forged.pop_back();
  EXPECT_EQ(give_back(hackney, secret, lie).error(), MirrorFault::OtherBlock)
      << "asked for the last, it gives the first again";
}

TEST_F(Mirrors, GiveBackAsFarAsWasCosigned) {
  grow(30);
  (void)go_round();
  owner().commit(
      [&](storage::Connection& store) { owner().log.append(store, audit::Entry{}, {}); });
  EXPECT_EQ(give_back(hackney, secret).error(), MirrorFault::NotThere)
      << "witnesses have seen one more";
}

// What a broker carries between them.
TEST(PeerTraffic, CarriesOnlyWhatIsAnsweredAndOnlyAnswersThatWereAskedFor) {
  using broker::PeerTraffic;
  PeerTraffic traffic;
  SteadyTime now(std::chrono::hours(1));
  EXPECT_FALSE(traffic.answer("E1", "E2")) << "nobody asked";
  for (unsigned i = 0; i < 3 * PeerTraffic::kMostUnanswered; ++i) {
    EXPECT_TRUE(traffic.ask("E1", "E2", now));
    EXPECT_TRUE(traffic.answer("E1", "E2"));
  }
  EXPECT_FALSE(traffic.answer("E1", "E2"));
  for (unsigned i = 0; i < PeerTraffic::kMostUnanswered; ++i) {
    EXPECT_TRUE(traffic.ask("E1", "E2", now));
  }
  EXPECT_FALSE(traffic.ask("E1", "E2", now));
  EXPECT_TRUE(traffic.ask("E2", "E1", now)) << "others are not held up";
  EXPECT_TRUE(traffic.ask("E1", "E3", now));
  EXPECT_TRUE(traffic.answer("E1", "E2"));
  EXPECT_TRUE(traffic.ask("E1", "E2", now));
  now += PeerTraffic::kLostAfter - std::chrono::milliseconds(1);
  EXPECT_FALSE(traffic.ask("E1", "E2", now));
  now += std::chrono::milliseconds(1);
  EXPECT_TRUE(traffic.ask("E1", "E2", now)) << "the answers were lost";
}

}  // namespace
}  // namespace hub::exchange
