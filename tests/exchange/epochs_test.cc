// Rules of docs/protocol.md 3: daily keys, published ahead, destroyed in time.

#include <gtest/gtest.h>

#include "agent/time_guard.h"
#include "tests/exchange/hub_fixture.h"

namespace hub::exchange {
namespace {

using schemas::DeliveryClass;

struct Epochs : testing::Test {
  TestHub hub;
  Borough hackney{hub, kHackney};
  Borough camden{hub, kCamden};
  std::filesystem::path folder = hackney.folder.path() / "epochs";

  [[nodiscard]] std::size_t key_files() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      count += entry.path().extension() == ".key" ? 1U : 0U;
    }
    return count;
  }
};

TEST_F(Epochs, ArePublishedForTodayAndTwoDaysAheadInEachClass) {
  EXPECT_EQ(hackney.epochs.statements(hub.clock.now()).size(), 6U);
  EXPECT_EQ(key_files(), 6U);
  camden.learn_keys_of(hackney);
  for (int day = 0; day < 3; ++day) {
    const auto key = camden.peers.current(kHackney, DeliveryClass::Violence,
                                          hub.clock.now() + std::chrono::days(day));
    ASSERT_TRUE(key);
    EXPECT_EQ(key->epoch.day, static_cast<std::uint32_t>(day_of(hub.clock.now()) + day));
  }
  EXPECT_FALSE(camden.peers.current(kHackney, DeliveryClass::Ordinary,
                                    hub.clock.now() + std::chrono::days(3)));
}

TEST_F(Epochs, AreDestroyedAfterADayOfGraceOnceDrained) {
  hub.clock.advance(std::chrono::days(1) + std::chrono::hours(13));
  EXPECT_TRUE(hackney.epochs.destroy_due(hub.clock.now(), false).empty());
  const auto gone = hackney.epochs.destroy_due(hub.clock.now(), true);
  EXPECT_EQ(gone.size(), 2U);  // the first day's, one of each class
  EXPECT_EQ(key_files(), 4U);
}

TEST_F(Epochs, AreDestroyedAfterTheLongestDeliveryAtTheLatest) {
  hub.clock.advance(std::chrono::days(5));
  auto gone = hackney.epochs.destroy_due(hub.clock.now(), false);
  for (const auto& epoch : gone) EXPECT_EQ(epoch.delivery_class, DeliveryClass::Violence);
  EXPECT_EQ(gone.size(), 1U);
  hub.clock.advance(std::chrono::days(12));
  gone = hackney.epochs.destroy_due(hub.clock.now(), false);
  EXPECT_EQ(gone.size(), 4U);
}

TEST_F(Epochs, MailSealedToADestroyedKeyCannotBeOpenedAnyMore) {
  camden.learn_keys_of(hackney);
  const auto bytes = camden.send(camden.notices(kHackney, 1)).front().bytes;
  hub.clock.advance(std::chrono::days(3));
  EXPECT_FALSE(hackney.epochs.destroy_due(hub.clock.now(), true).empty());
  // Not by this process, nor by one that starts from the folder.
  EXPECT_EQ(outcomes_of(hackney.receive(bytes).receipts), std::vector{schemas::Outcome::Reseal});
  agent::OwnEpochs reread(folder, std::string(kHackney), hackney.secrets.identity);
  const auto slice = schemas::UnverifiedSlice::parse(bytes);
  const auto& slot = slice->claimed_records()[0].slot;
  EXPECT_FALSE(reread.open(slot.epoch, slot.encapsulated,
                           schemas::slot_info(kCamden, kHackney, slot.epoch)));
}

TEST_F(Epochs, SurviveARestart) {
  camden.learn_keys_of(hackney);
  const auto bytes = camden.send(camden.notices(kHackney, 1)).front().bytes;
  const agent::OwnEpochs reread(folder, std::string(kHackney), hackney.secrets.identity);
  agent::Opener opener(std::string(kHackney), reread);
  const auto opened = opener.open(hub.agent_snapshot(), bytes, hub.clock.now());
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->records.front().outcome, schemas::Outcome::Held);
}

TEST_F(Epochs, WithoutAStatementWereNeverPublishedAndGo) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".statement") std::filesystem::remove(entry.path());
  }
  const agent::OwnEpochs reread(folder, std::string(kHackney), hackney.secrets.identity);
  EXPECT_TRUE(reread.statements(hub.clock.now()).empty());
  EXPECT_EQ(key_files(), 0U);
}

TEST_F(Epochs, OfAnOlderGenerationOrSignedBySomebodyElseAreNotTaken) {
  auto statement = hackney.epochs.statements(hub.clock.now()).front();
  auto parsed = schemas::UnverifiedEpochKey::parse(statement);
  EXPECT_FALSE(std::move(*parsed).verify(camden.secrets.identity.verify_key(), kHub));
  auto key = schemas::UnverifiedEpochKey::parse(statement)->claims();
  auto newer = key;
  ++newer.epoch.generation;
  newer.key = crypto::public_of(crypto::EpochSecret::random());
  camden.peers.add(newer);
  camden.peers.add(key);
  EXPECT_EQ(camden.peers.current(kHackney, key.epoch.delivery_class, hub.clock.now())->key,
            newer.key);
}

TEST_F(Epochs, LostOnesAreReplacedByALaterGenerationOnce) {
  auto lost = schemas::UnverifiedEpochKey::parse(hackney.epochs.statements(hub.clock.now()).front())
                  ->claims();
  EXPECT_FALSE(hackney.epochs.replace_lost(kHub, lost, hub.clock.now())) << "it is there";
  lost.key = crypto::public_of(crypto::EpochSecret::random());
  EXPECT_TRUE(hackney.epochs.replace_lost(kHub, lost, hub.clock.now()));
  EXPECT_FALSE(hackney.epochs.replace_lost(kHub, lost, hub.clock.now()));
  camden.learn_keys_of(hackney);
  EXPECT_GT(
      camden.peers.current(kHackney, lost.epoch.delivery_class, hub.clock.now())->epoch.generation,
      lost.epoch.generation);
  lost.epoch.generation = 0xffff;
  EXPECT_FALSE(hackney.epochs.replace_lost(kHub, lost, hub.clock.now())) << "there is no later one";
}

TEST_F(Epochs, OfLowOrderAreNotTaken) {
  auto key = schemas::UnverifiedEpochKey::parse(hackney.epochs.statements(hub.clock.now()).front())
                 ->claims();
  key.key = {};
  camden.peers.add(key);
  EXPECT_FALSE(camden.peers.current(kHackney, key.epoch.delivery_class, hub.clock.now()));
}

TEST(TimeGuard, HoldsIrreversibleActsAfterAJumpAndWithoutASecondOpinion) {
  struct JumpyClock final : Clock {
    Time wall = from_ms(1'795'262'400'000);
    SteadyTime ticks{std::chrono::hours(1)};
    [[nodiscard]] Time now() const override { return wall; }
    [[nodiscard]] SteadyTime steady() const override { return ticks; }
  } clock;
  agent::TimeGuard guard(clock);
  EXPECT_FALSE(guard.irreversible_allowed()) << "nobody else has told the time yet";
  guard.heard(clock.wall + std::chrono::minutes(4));
  EXPECT_TRUE(guard.irreversible_allowed());
  clock.wall += std::chrono::minutes(6);
  EXPECT_FALSE(guard.irreversible_allowed()) << "the clock jumped";
  guard.heard(clock.wall);
  EXPECT_TRUE(guard.irreversible_allowed());
  guard.heard(clock.wall - std::chrono::hours(1));
  EXPECT_FALSE(guard.irreversible_allowed()) << "the broker disagrees";
  guard.heard(clock.wall);
  clock.wall += std::chrono::hours(25);
  clock.ticks += std::chrono::hours(25);
  EXPECT_FALSE(guard.irreversible_allowed()) << "nobody has told the time since yesterday";
}

}  // namespace
}  // namespace hub::exchange
