// Logs of three boroughs and of the broker, cosigned by each other as agents do it, the broker's
// carrying left out: a request goes from the asker straight to the witness's desk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/witness_desk.h"
#include "audit/log/checkpointer.h"
#include "audit/log/witness_round.h"
#include "audit/log/witnessed_logs.h"
#include "audit/witness/add_checkpoint.h"
#include "audit/witness/quorum.h"
#include "core/base/encoding.h"
#include "core/base/file.h"
#include "core/crypto/merkle.h"
#include "tests/exchange/hub_fixture.h"

namespace hub::exchange {
namespace {

using agent::WitnessDesk;
using audit::WitnessStatus;
using testing::ElementsAre;
using testing::IsEmpty;
using Suspicion = WitnessDesk::Suspicion;

constexpr std::chrono::minutes kMissed{3};
constexpr std::uint64_t kNoon = 1'795'262'400;

// An authority's log with its checkpoint file, and its desk for the logs of others.
class Witnessing {
 public:
  Witnessing(TestHub& hub, std::string_view code)
      : borough(hub, code),
        file(borough.folder.path() / "agent.db.checkpoint"),
        desk(borough.code, borough.secrets.witness, borough.log, borough.folder.path() / "forks") {}

  // Adds entries and signs the tree.
  void grow(int entries) {
    borough.commit([&](storage::Connection& store) {
      for (int i = 0; i < entries; ++i) {
        audit::Entry entry;
        entry.act = "consultation";
        borough.log.append(store, entry, {});
      }
    });
    sign();
  }
  void sign() {
    borough.store->read([&](storage::Connection& store) {
      audit::Checkpointer(borough.log, borough.secrets.log, file, borough.hub.clock, store).sign();
      return 0;
    });
  }
  [[nodiscard]] schemas::WitnessAnswer answer(const schemas::WitnessRequest& request) {
    WitnessDesk::Decision decision;
    borough.commit([&](storage::Connection& store) {
      decision = desk.answer(store, *parties(), request, borough.hub.clock.now());
    });
    suspicions.push_back(decision.suspicion);
    return decision.answer;
  }
  [[nodiscard]] std::shared_ptr<const schemas::Register> parties() const {
    return register_in_force ? register_in_force : borough.hub.parties();
  }
  [[nodiscard]] crypto::NoteVerifier log_key() const {
    return {borough.log.origin(), borough.secrets.log.verify_key().bytes};
  }
  [[nodiscard]] std::vector<std::string> recorded() {
    std::vector<std::string> out;
    for (const auto& entry : borough.entries()) {
      if (entry.act == "admin") out.push_back(entry.outcome + " " + entry.sender);
    }
    return out;
  }

  Borough borough;
  std::filesystem::path file;
  WitnessDesk desk;
  std::vector<Suspicion> suspicions;
  std::shared_ptr<const schemas::Register> register_in_force;  // where it is not the hub's
};

class Witnesses : public testing::Test {
 protected:
  Witnesses() : asked_(round_of(camden)) {}

  audit::WitnessRound round_of(Witnessing& party) {
    return audit::WitnessRound(
        {*party.borough.store, party.borough.log, party.log_key(), party.file, hub.clock,
         [this, &party](const std::string& witness, std::string body) {
           if (!away.contains(witness)) {
             requests.push_back({party.borough.code, witness, std::move(body)});
           }
         },
         [](const std::function<void()>& work) { work(); },
         [this](bool may) { may_sign.push_back(may); }});
  }
  // Carries requests and answers until there are none; the alarms.
  std::vector<std::string> carry(audit::WitnessRound& round) {
    std::vector<std::string> alarms;
    while (!requests.empty()) {
      const auto request = requests.front();
      requests.erase(requests.begin());
      auto& witness = request.witness == kHackney ? hackney : newham;
      const auto answer = witness.answer(request);
      statuses.push_back(answer.status);
      if (const auto alarm = round.answered(answer.witness, answer.status, answer.body)) {
        alarms.emplace_back(*alarm);
      }
    }
    return alarms;
  }
  std::vector<std::string> go_round(audit::WitnessRound& round) {
    round.begin(hub.parties()->witnesses(kCamden), kMissed);
    return carry(round);
  }
  [[nodiscard]] Result<audit::Witnessing, audit::QuorumError> kept() {
    std::vector<crypto::CosignatureVerifier> keys;
    for (const auto& [code, key] : hub.parties()->witnesses(kCamden)) keys.push_back(key);
    const auto note = read_file(audit::WitnessRound::cosigned_beside(camden.file), 1U << 20U);
    return audit::check_quorum(as_text(note), camden.log_key(), keys, 2);
  }
  // A checkpoint that Camden's log never was at, signed with its key.
  [[nodiscard]] std::string forked(std::uint64_t size) const {
    const audit::Checkpoint other{camden.borough.log.origin(), size,
                                  crypto::sha256(as_bytes("another history"))};
    return crypto::sign_note(audit::checkpoint_text(other), other.origin,
                             camden.borough.secrets.log);
  }
  [[nodiscard]] static schemas::WitnessRequest request_of(std::string_view log,
                                                          std::string_view witness,
                                                          const audit::AddCheckpoint& body) {
    return {std::string(log), std::string(witness), audit::write_add_checkpoint(body)};
  }

  TestHub hub;
  Witnessing camden{hub, kCamden};
  Witnessing hackney{hub, kHackney};
  Witnessing newham{hub, kNewham};
  std::vector<schemas::WitnessRequest> requests;
  std::set<std::string, std::less<>> away;
  std::vector<std::uint16_t> statuses;
  std::vector<bool> may_sign;  // as the rounds said, one after the other
  audit::WitnessRound asked_;
};

TEST_F(Witnesses, CosignALogAsItGrows) {
  EXPECT_THAT(go_round(asked_), IsEmpty());
  EXPECT_THAT(statuses, IsEmpty()) << "nothing has been signed yet";
  std::uint64_t size = 0;
  for (const int more : {1, 1, 300, 7}) {
    camden.grow(more);
    size = camden.borough.log.head().size;
    EXPECT_THAT(go_round(asked_), IsEmpty());
    const auto standing = asked_.standing();
    EXPECT_EQ(standing.size, size);
    EXPECT_EQ(standing.needed, 2U);
    EXPECT_EQ(standing.tolerated, 0U);
    ASSERT_TRUE(standing.as_of);
    EXPECT_EQ(*standing.as_of, hub.clock.now());
    const auto cosigned = kept();
    ASSERT_TRUE(cosigned);
    EXPECT_EQ(cosigned->checkpoint.size, size);
    EXPECT_EQ(cosigned->checkpoint.root, camden.borough.log.head().root);
    EXPECT_EQ(cosigned->quorum_time, kNoon);
  }
  EXPECT_EQ(std::ranges::count(statuses, 200), 8) << "and nobody was asked twice";
  EXPECT_EQ(statuses.size(), 8U);
}

TEST_F(Witnesses, CosignTheSameTreeAgainAtALaterTime) {
  camden.grow(3);
  (void)go_round(asked_);
  hub.clock.advance(std::chrono::minutes(1));
  EXPECT_THAT(go_round(asked_), IsEmpty());
  const auto cosigned = kept();
  ASSERT_TRUE(cosigned);
  EXPECT_EQ(cosigned->quorum_time, kNoon + 60);
}

// After a start the log does not know what its witnesses have.
TEST_F(Witnesses, AreAskedFromWhatTheyHave) {
  camden.grow(5);
  (void)go_round(asked_);
  away.insert(std::string(kNewham));
  camden.grow(400);
  (void)go_round(asked_);
  EXPECT_EQ(asked_.standing().size, camden.borough.log.head().size - 400) << "no quorum for it yet";
  away.clear();
  auto again = round_of(camden);
  statuses.clear();
  EXPECT_THAT(go_round(again), IsEmpty());
  EXPECT_THAT(statuses, ElementsAre(409, 409, 200, 200));
  EXPECT_EQ(again.standing().size, camden.borough.log.head().size);
}

TEST_F(Witnesses, WhoseQuorumIsMissingHoldUpNothingAndAreMissed) {
  camden.grow(2);
  away.insert(std::string(kNewham));
  (void)go_round(asked_);
  EXPECT_EQ(asked_.standing().size, 0U);
  EXPECT_FALSE(asked_.standing().overdue);
  EXPECT_FALSE(std::filesystem::exists(audit::WitnessRound::cosigned_beside(camden.file)));
  hub.clock.advance(kMissed);
  camden.grow(2);
  (void)go_round(asked_);
  EXPECT_TRUE(asked_.standing().overdue);
  away.clear();
  (void)go_round(asked_);
  EXPECT_FALSE(asked_.standing().overdue);
  EXPECT_EQ(asked_.standing().size, camden.borough.log.head().size);
  // Also of a log that rests: one witness's new word does not make the old quorum fresh.
  away.insert(std::string(kNewham));
  for (int i = 0; i < 2; ++i) {
    hub.clock.advance(kMissed);
    (void)go_round(asked_);
  }
  EXPECT_TRUE(asked_.standing().overdue);
  EXPECT_EQ(asked_.standing().size, camden.borough.log.head().size);
}

// Two trees of one size convict whoever signed them, whichever was shown first.
TEST_F(Witnesses, ProveAForkToWhoeverHasTheLogsKey) {
  camden.grow(4);
  (void)go_round(asked_);
  const auto size = camden.borough.log.head().size;
  const auto answer = hackney.answer(request_of(kCamden, kHackney, {size, {}, forked(size)}));
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(answer.body, IsEmpty());
  EXPECT_EQ(hackney.suspicions.back(), Suspicion::Forked);
  EXPECT_THAT(hackney.recorded(), ElementsAre("log-forked E09000007"));
  std::vector<std::filesystem::path> proofs;
  for (const auto& entry :
       std::filesystem::directory_iterator(hackney.borough.folder.path() / "forks")) {
    proofs.push_back(entry.path());
  }
  ASSERT_EQ(proofs.size(), 1U);
  const auto proof = audit::parse_fork_proof(as_text(read_file(proofs.front(), 1U << 20U)));
  ASSERT_TRUE(proof);
  const auto fork = audit::verify_fork_proof(*proof, camden.log_key());
  ASSERT_TRUE(fork);
  EXPECT_EQ(fork->first.size, size);
  EXPECT_NE(fork->first.root, fork->second.root);
  EXPECT_FALSE(audit::verify_fork_proof(*proof, newham.log_key())) << "it convicts nobody else";
  // What was cosigned stays what it was.
  EXPECT_THAT(go_round(asked_), IsEmpty());
}

TEST_F(Witnesses, DoNotBelieveALogThatDoesNotShowThatItContinues) {
  camden.grow(4);
  (void)go_round(asked_);
  const auto size = camden.borough.log.head().size;
  const std::vector<crypto::Digest> rubbish(3, crypto::sha256(as_bytes("no proof")));
  const auto answer =
      newham.answer(request_of(kCamden, kNewham, {size, rubbish, forked(size + 5)}));
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(newham.suspicions.back(), Suspicion::NotContinued);
  EXPECT_THAT(newham.recorded(), ElementsAre("log-not-continued E09000007"));
  EXPECT_EQ(asked_.answered(std::string(kNewham), answer.status, answer.body),
            "a witness does not believe that this log continues");
}

// Of a store that was put back.
TEST_F(Witnesses, TellALogThatItWasLonger) {
  camden.grow(9);
  (void)go_round(asked_);
  may_sign.clear();
  Witnessing back{hub, kCamden};
  back.grow(3);
  auto round = round_of(back);
  EXPECT_THAT(go_round(round),
              ElementsAre("a witness has cosigned more of this log than it holds",
                          "a witness has cosigned more of this log than it holds"));
  EXPECT_EQ(round.standing().ahead, 2U);
  EXPECT_TRUE(round.standing().put_back);
  EXPECT_EQ(round.standing().longer, 9U);
  EXPECT_TRUE(round.standing().heard);
  EXPECT_FALSE(asked_.standing().put_back);
  EXPECT_EQ(round.standing().size, 0U);
  EXPECT_FALSE(round.standing().signing);
  EXPECT_THAT(may_sign, IsEmpty()) << "it was not allowed to before";
  // One that had been signing stops.
  auto other = round_of(back);
  other.start(true);
  (void)go_round(other);
  EXPECT_THAT(may_sign, ElementsAre(true, false));
}

// What it signs could fork the log as long as it does not know what they have.
TEST_F(Witnesses, MustBeHeardBeforeALogSignsAgainAfterAStart) {
  camden.grow(3);
  (void)go_round(asked_);
  may_sign.clear();
  auto round = round_of(camden);
  round.start(false);
  away.insert(std::string(kNewham));
  (void)go_round(round);
  EXPECT_FALSE(round.standing().signing) << "one of two";
  EXPECT_FALSE(round.standing().heard);
  away.clear();
  (void)go_round(round);
  EXPECT_TRUE(round.standing().signing);
  EXPECT_THAT(may_sign, ElementsAre(false, true));
  // Once they are heard, their silence holds up nothing.
  away = {std::string(kNewham), std::string(kHackney)};
  (void)go_round(round);
  EXPECT_TRUE(round.standing().signing);
}

// An answer to what was asked before the start may come before anybody is asked anew.
TEST_F(Witnesses, LetNoLogSignThatHasNotAskedThemYet) {
  camden.grow(9);
  (void)go_round(asked_);
  may_sign.clear();
  Witnessing back{hub, kCamden};
  back.grow(3);
  auto round = round_of(back);
  round.start(false);
  EXPECT_EQ(round.answered(std::string(kHackney), 200, "late"), std::nullopt);
  EXPECT_EQ(round.answered(std::string(kHackney), 409, "9\n"), std::nullopt);
  EXPECT_FALSE(round.standing().signing);
  EXPECT_THAT(may_sign, ElementsAre(false));
}

TEST_F(Witnesses, OfTheBrokersLogAreAllAgents) {
  const audit::Checkpoint first{std::string(kHub) + "/audit/broker", 7,
                                crypto::sha256(as_bytes("the broker's tree"))};
  const auto note =
      crypto::sign_note(audit::checkpoint_text(first), first.origin, hub.secrets("broker").log);
  EXPECT_EQ(camden.answer(request_of("broker", kCamden, {0, {}, note})).status, 200);
  EXPECT_EQ(camden.answer(request_of("broker", kCamden, {0, {}, note})).status, 409);
  auto other = first;
  other.root = crypto::sha256(as_bytes("another tree of the broker's"));
  const auto lie =
      crypto::sign_note(audit::checkpoint_text(other), other.origin, hub.secrets("broker").log);
  EXPECT_EQ(camden.answer(request_of("broker", kCamden, {7, {}, lie})).status, 422);
  EXPECT_EQ(camden.suspicions.back(), Suspicion::Forked);
}

TEST_F(Witnesses, DoNotCosignForTheirOwnAnUnknownASuspendedOrAnothersLog) {
  camden.grow(1);
  const auto note = to_text(read_file(camden.file, 1U << 20U));
  const auto status = [&](Witnessing& witness, std::string_view log, const std::string& body) {
    return witness.answer({std::string(log), witness.borough.code, body}).status;
  };
  const auto body = audit::write_add_checkpoint({0, {}, note});
  EXPECT_EQ(status(camden, kCamden, body), 404);
  EXPECT_EQ(status(hackney, "E09000033", body), 404);
  EXPECT_EQ(status(hackney, kNewham, body), 404) << "Camden's checkpoint under Newham's name";
  EXPECT_EQ(status(hackney, kCamden, "rubbish"), 400);
  const auto without = schemas::Register::unsigned_content(
      hub.register_note(2, to_hex(hub.parties()->note().hash), {std::string(kCamden)}));
  ASSERT_TRUE(without);
  hackney.register_in_force = *without;
  EXPECT_EQ(status(hackney, kCamden, body), 404);
  EXPECT_EQ(hackney.borough.count_of("witnessed_log"), 0);
}

// The broker carries answers, and can put none in the place of another.
TEST_F(Witnesses, CountOnlyWithTheirOwnWordOnThisCheckpoint) {
  camden.grow(1);
  asked_.begin(hub.parties()->witnesses(kCamden), kMissed);
  auto hackneys = requests;
  std::erase_if(hackneys, [](const auto& each) { return each.witness != kHackney; });
  ASSERT_EQ(hackneys.size(), 1U);
  requests.clear();
  const auto answer = hackney.answer(hackneys.front());
  const std::string cannot = "a witness's answer cannot be used";
  EXPECT_EQ(asked_.answered(std::string(kNewham), 200, answer.body), cannot);
  EXPECT_EQ(asked_.answered("E09000033", 200, answer.body), cannot);
  EXPECT_EQ(asked_.answered(std::string(kHackney), 200, ""), cannot);
  EXPECT_EQ(asked_.answered(std::string(kHackney), 409, "many\n"), cannot);
  EXPECT_EQ(asked_.answered(std::string(kHackney), 999, answer.body), cannot);
  EXPECT_EQ(asked_.standing().size, 0U);
  EXPECT_EQ(asked_.answered(std::string(kHackney), 200, answer.body), std::nullopt);
  // Twice is once.
  EXPECT_EQ(asked_.answered(std::string(kHackney), 200, answer.body), std::nullopt);
  EXPECT_EQ(asked_.standing().size, 0U) << "one of two";
  // Of the tree before.
  camden.grow(1);
  asked_.begin(hub.parties()->witnesses(kCamden), kMissed);
  EXPECT_EQ(asked_.answered(std::string(kHackney), 200, answer.body), std::nullopt) << "late";
  EXPECT_EQ(asked_.standing().size, 0U);
  camden.grow(1);
  asked_.begin(hub.parties()->witnesses(kCamden), kMissed);
  EXPECT_EQ(asked_.answered(std::string(kHackney), 200, answer.body), cannot);
}

// Else whoever is refused could fill the witness's log.
TEST_F(Witnesses, RecordASuspicionOnceAnHour) {
  camden.grow(4);
  (void)go_round(asked_);
  const auto size = camden.borough.log.head().size;
  const auto lie = request_of(kCamden, kHackney, {size, {}, forked(size)});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(hackney.answer(lie).status, 422);
  EXPECT_EQ(hackney.recorded().size(), 1U);
  EXPECT_EQ(std::ranges::count(hackney.suspicions, Suspicion::Forked), 1);
  hub.clock.advance(std::chrono::hours(1));
  (void)hackney.answer(lie);
  EXPECT_EQ(hackney.recorded().size(), 2U);
}

// A log that is no party's, named by its vkey alone.
TEST(OutsideLogs, AreCosignedWhenTheConfigurationNamesThem) {
  TestHub hub;
  Borough borough(hub, kHackney);
  const auto key = crypto::LogKey::generate();
  const std::string origin = "log.example.org/datastore";
  const crypto::NoteVerifier verifier(origin, key.verify_key().bytes);
  WitnessDesk desk(borough.code, borough.secrets.witness, borough.log,
                   borough.folder.path() / "forks", {verifier.vkey()});
  const auto ask = [&](const std::string& body) {
    WitnessDesk::Decision out;
    borough.commit([&](storage::Connection& store) {
      out = desk.answer_outside(store, std::string(kHub), body, hub.clock.now());
    });
    return out;
  };
  const auto request_of = [&](const std::string& of, std::uint64_t old_size, std::uint64_t size,
                              std::string_view content) {
    const auto note = crypto::sign_note(
        audit::checkpoint_text({of, size, crypto::leaf_hash(as_bytes(content))}), of, key);
    return audit::write_add_checkpoint({old_size, {}, note});
  };
  const auto cosigned = ask(request_of(origin, 0, 1, "entry"));
  EXPECT_EQ(cosigned.answer.status, 200U);
  EXPECT_EQ(cosigned.answer.log, origin);
  EXPECT_THAT(cosigned.answer.body, testing::HasSubstr("/witness/" + borough.code));
  // Another tree of the same size is a fork, proved and recorded.
  const auto forked = ask(request_of(origin, 1, 1, "another entry"));
  EXPECT_EQ(forked.answer.status, 422U);
  EXPECT_EQ(forked.suspicion, Suspicion::Forked);
  EXPECT_EQ(borough.entries().back().outcome, "log-forked");
  EXPECT_EQ(ask(request_of("log.example.org/other", 0, 1, "entry")).answer.status, 404U);
  EXPECT_EQ(ask("no request").answer.status, 400U);
  EXPECT_EQ(ask("old 0\n\nno note").answer.status, 400U);
}

}  // namespace
}  // namespace hub::exchange
