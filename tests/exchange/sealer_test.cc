// Rules of docs/protocol.md 2 and 4 that the sealer keeps.

#include "agent/sealer.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/exchange/hub_fixture.h"

namespace hub::exchange {
namespace {

struct Sealing : testing::Test {
  TestHub hub;
  Borough camden{hub, kCamden};
  Borough hackney{hub, kHackney};
  Borough newham{hub, kNewham};

  void SetUp() override {
    camden.learn_keys_of(hackney);
    camden.learn_keys_of(newham);
  }
  static std::vector<schemas::Slot> slots_of(const schemas::SharedBytes& bytes) {
    const auto slice = schemas::UnverifiedSlice::parse(bytes);
    std::vector<schemas::Slot> out;
    for (const auto& record : slice->claimed_records()) out.push_back(record.slot);
    return out;
  }
};

TEST_F(Sealing, BurnsSequenceNumbersWhenTheTransactionRollsBackButNotPositions) {
  const auto before = slots_of(camden.send(camden.notices(kHackney, 1)).front().bytes);
  schemas::SharedBytes lost;
  const bool committed = camden.store->commit([&](storage::Connection& store) {
    lost = camden.outbox
               .send(store, camden.notices(kHackney, 1), {std::string(kHub), 1, 1}, hub.clock.now())
               .front()
               .bytes;
    throw EnvError("the disk is full");
  });
  EXPECT_FALSE(committed);
  const auto unsent = slots_of(lost);
  const auto after = slots_of(camden.send(camden.notices(kHackney, 1)).front().bytes);
  EXPECT_EQ(before[0].sequence, 0U);
  EXPECT_EQ(unsent[0].sequence, 1U);
  EXPECT_EQ(after[0].sequence, 2U);
  EXPECT_EQ(after[0].encapsulated, unsent[0].encapsulated);
  EXPECT_EQ(unsent[0].position, 1U);
  EXPECT_EQ(after[0].position, 1U);
}

TEST_F(Sealing, NeverUsesASequenceNumberOfAContextTwice) {
  std::set<std::pair<crypto::Encapsulated, std::uint64_t>> seen;
  for (int i = 0; i < 20; ++i) {
    for (const auto* to : {&kHackney, &kNewham}) {
      for (const auto& slice : camden.send(camden.notices(*to, 3))) {
        for (const auto& slot : slots_of(slice.bytes)) {
          EXPECT_TRUE(seen.emplace(slot.encapsulated, slot.sequence).second);
        }
      }
    }
  }
  EXPECT_EQ(seen.size(), 120U);
}

TEST_F(Sealing, StartsANewContextWithEveryDayAndEveryStart) {
  const auto today = slots_of(camden.send(camden.notices(kHackney, 1)).front().bytes);
  hub.clock.advance(std::chrono::days(1));
  const auto tomorrow = slots_of(camden.send(camden.notices(kHackney, 1)).front().bytes);
  EXPECT_NE(today[0].encapsulated, tomorrow[0].encapsulated);
  EXPECT_EQ(tomorrow[0].sequence, 0U);
  EXPECT_EQ(tomorrow[0].epoch.day, today[0].epoch.day + 1);
  agent::Sealer restarted(camden.secrets.envelope);
  const auto record = camden.notices(kHackney, 1);
  const auto key =
      camden.peers.current(kHackney, schemas::DeliveryClass::Ordinary, hub.clock.now());
  agent::StreamEnd stream{camden.ids.next(), 0, {}};
  const agent::Sealer::Item item{&record.front(), &*key};
  const auto sealed = restarted.seal(
      std::span(&item, 1),
      {kHub, kCamden, 1, 1,
       [&](const std::string&, schemas::Priority) -> agent::StreamEnd& { return stream; }});
  EXPECT_NE(slots_of(sealed.front().bytes)[0].encapsulated, tomorrow[0].encapsulated);
}

TEST_F(Sealing, GivesEachRecipientItsOwnSliceOfOneSignedBatch) {
  auto records = camden.notices(kHackney, 2);
  auto others = camden.notices(kNewham, 2);
  records.insert(records.begin() + 1, others.begin(), others.end());
  const auto slices = camden.send(std::move(records));
  ASSERT_EQ(slices.size(), 2U);
  std::set<crypto::Digest> roots;
  for (const auto& slice : slices) {
    auto parsed = schemas::UnverifiedSlice::parse(slice.bytes);
    ASSERT_TRUE(parsed);
    roots.insert(parsed->claims().batch_root);
    EXPECT_EQ(parsed->claims().batch_size, 4U);
    EXPECT_TRUE(std::move(*parsed).verify(camden.secrets.envelope.verify_key(), kHub));
  }
  EXPECT_EQ(roots.size(), 1U);
}

TEST_F(Sealing, KeepsUrgentAndBulkInStreamsOfTheirOwn) {
  const auto bulk = camden.send(camden.notices(kHackney, 1)).front();
  const auto urgent = camden.send(camden.notices(kHackney, 1, schemas::Priority::Urgent)).front();
  EXPECT_NE(bulk.stream, urgent.stream);
  EXPECT_EQ(urgent.first_position, 0U);
  EXPECT_EQ(camden.send(camden.notices(kHackney, 1)).front().first_position, 1U);
}

TEST_F(Sealing, CutsAStreamIntoSlicesOfAtMost256Records) {
  const auto slices = camden.send(camden.notices(kHackney, 600));
  std::uint64_t next = 0;
  for (const auto& slice : slices) {
    const auto parsed = schemas::UnverifiedSlice::parse(slice.bytes);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->claims().first_position, next);
    EXPECT_LE(parsed->claimed_records().size(), schemas::kMaxSliceRecords);
    next += parsed->claimed_records().size();
    EXPECT_EQ(hackney.refuses(slice.bytes), std::nullopt);
    (void)hackney.receive(slice.bytes);
  }
  EXPECT_EQ(next, 600U);
  EXPECT_EQ(hackney.count_of("held_record"), 600);
}

// Sizes give little away: two bodies of nearly the same length are sealed to the same one.
TEST_F(Sealing, PadsBodies) {
  auto records = camden.notices(kHackney, 2);
  records[1].body.resize(records[1].body.size() + 1);
  const auto bytes = camden.send(std::move(records)).front().bytes;
  const auto slice = schemas::UnverifiedSlice::parse(bytes);
  EXPECT_EQ(slice->claimed_records()[0].body.size(), slice->claimed_records()[1].body.size());
}

}  // namespace
}  // namespace hub::exchange
