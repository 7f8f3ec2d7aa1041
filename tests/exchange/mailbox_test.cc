// What the broker's mailboxes keep, answer twice, and refuse.

#include "broker/mailbox.h"

#include <gtest/gtest.h>

#include "tests/exchange/forge.h"
#include "tests/exchange/hub_fixture.h"

namespace hub::exchange {
namespace {

using broker::Mailbox;
using broker::Place;
using broker::SliceState;
using schemas::Outcome;
using storage::Connection;

struct Mail : testing::Test {
  TestHub hub;
  Borough camden{hub, kCamden};
  Borough hackney{hub, kHackney};
  Folder folder;
  std::unique_ptr<storage::Store> store;
  broker::Admission admission;
  std::shared_ptr<const broker::Snapshot> snapshot = hub.broker_snapshot();

  void SetUp() override {
    camden.learn_keys_of(hackney);
    storage::StoreOptions options;
    options.file = folder.path() / "broker.db";
    options.application_id = broker::kApplicationId;
    options.migrations = broker::migrations();
    const auto key = crypto::StoreKey::random();
    storage::Store::create(options, key);
    store = std::make_unique<storage::Store>(options, key, nullptr, hub.clock);
  }
  void TearDown() override { store->close(); }

  schemas::SharedBytes slice(int count) {
    return camden.send(camden.notices(kHackney, count)).front().bytes;
  }
  [[nodiscard]] broker::Admitted admitted(const schemas::SharedBytes& bytes) {
    return *admission.admit(*snapshot, kCamden, bytes, hub.clock.now());
  }
  [[nodiscard]] Place place(const schemas::SharedBytes& bytes) {
    const auto in = admitted(bytes);
    return store->read([&](Connection& c) { return Mailbox::place_of(c, in.slice); });
  }
  broker::SliceId put(const schemas::SharedBytes& bytes, Bytes notice = {}) {
    broker::SliceId id = 0;
    auto state = SliceState::Waiting;
    EXPECT_TRUE(store->commit([&](Connection& c) {
      id = Mailbox::put(c, admitted(bytes), notice, hub.clock.now(), state);
    }));
    return id;
  }
  [[nodiscard]] std::vector<broker::SliceId> waiting() {
    return store->read([](Connection& c) {
      std::vector<broker::SliceId> out;
      for (const auto& found : Mailbox::waiting(c)) out.push_back(found.id);
      return out;
    });
  }
};

TEST_F(Mail, TakesASliceOnceAndKnowsItAgain) {
  const auto bytes = slice(2);
  EXPECT_EQ(place(bytes), Place::Free);
  const auto id = put(bytes);
  EXPECT_EQ(place(bytes), Place::Same);
  EXPECT_EQ(store->read([&](Connection& c) { return Mailbox::content(c, id); }), *bytes);
}

TEST_F(Mail, RefusesOtherContentAtATakenPosition) {
  put(slice(2));
  auto other = take_apart(slice(2));
  for (const std::uint64_t position : {0U, 1U}) {
    chain(other, position, {});
    for (auto& record : other.records) {
      change_slot(record, [&](schemas::Slot& slot) {
        slot.stream = schemas::UnverifiedSlice::parse(slice(1))->claims().stream;
      });
    }
    chain(other, position, {});
    EXPECT_EQ(place(other.signed_by(camden.secrets.envelope)), Place::Reused) << position;
  }
}

TEST_F(Mail, RefusesAStreamThatChangesItsRecipientOrPriority) {
  put(slice(1));
  auto other =
      take_apart(camden.send(camden.notices(kHackney, 1, schemas::Priority::Urgent)).front().bytes);
  const auto bulk = schemas::UnverifiedSlice::parse(slice(1))->claims().stream;
  other.facts.stream = bulk;
  for (auto& record : other.records) {
    change_slot(record, [&](schemas::Slot& slot) { slot.stream = bulk; });
  }
  chain(other, 7, {});
  EXPECT_EQ(place(other.signed_by(camden.secrets.envelope)), Place::OtherStream);
}

TEST_F(Mail, KeepsTheContentUntilItsRecipientsReceiptAndTheReceiptUntilItIsTaken) {
  const auto bytes = slice(2);
  const auto id = put(bytes);
  const auto receipts = hackney.receive(bytes).receipts;
  const auto parsed = schemas::UnverifiedReceipts::parse(receipts)->claims();
  std::optional<broker::Settled> settled;
  EXPECT_TRUE(
      store->commit([&](Connection& c) { settled = Mailbox::settle(c, parsed, receipts); }));
  ASSERT_TRUE(settled);
  EXPECT_EQ(settled->slice, id);
  EXPECT_TRUE(waiting().empty());
  EXPECT_FALSE(store->read([&](Connection& c) { return Mailbox::content(c, id); }));
  auto kept = store->read([&](Connection& c) { return Mailbox::receipts_for(c, kCamden, 0, 10); });
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept.front().bytes, receipts);
  EXPECT_EQ(kept.front().number, settled->receipt);
  // Settled twice, the receipt is kept once, and no other number is taken for its own.
  EXPECT_TRUE(store->commit([&](Connection& c) {
    EXPECT_EQ(Mailbox::settle(c, parsed, receipts), (broker::Settled{id, 0}));
  }));
  EXPECT_TRUE(store->commit(
      [&](Connection& c) { Mailbox::receipt_taken(c, kCamden, kept.front().number); }));
  kept = store->read([&](Connection& c) { return Mailbox::receipts_for(c, kCamden, 0, 10); });
  EXPECT_TRUE(kept.empty());
  EXPECT_EQ(place(bytes), Place::Same);
}

TEST_F(Mail, RefusesReceiptsThatAreNotOfTheSlice) {
  const auto bytes = slice(2);
  put(bytes);
  auto claims = schemas::UnverifiedReceipts::parse(hackney.receive(bytes).receipts)->claims();
  claims.leaves.front()[0] ^= 1;
  EXPECT_TRUE(store->commit(
      [&](Connection& c) { EXPECT_EQ(Mailbox::settle(c, claims, Buffer{1}), std::nullopt); }));
  EXPECT_EQ(waiting().size(), 1U);
}

TEST_F(Mail, PassesOnReceiptsOfASliceThatItsStoreHasLost) {
  const auto receipts = hackney.receive(slice(1)).receipts;
  const auto claims = schemas::UnverifiedReceipts::parse(receipts)->claims();
  EXPECT_TRUE(store->commit([&](Connection& c) {
    const auto settled = Mailbox::settle(c, claims, receipts);
    ASSERT_TRUE(settled);
    EXPECT_EQ(settled->slice, 0);
    EXPECT_NE(settled->receipt, 0U);
  }));
  EXPECT_EQ(
      store->read([&](Connection& c) { return Mailbox::receipts_for(c, kCamden, 0, 10); }).size(),
      1U);
}

TEST_F(Mail, HoldsBackWhatIsBehindAnUnconfirmedVoid) {
  const Buffer notice{1, 2, 3};
  const auto first = put(slice(2), notice);
  const auto second = put(slice(1));
  EXPECT_TRUE(waiting().empty());
  const auto content =
      store->read([&](Connection& c) { return Mailbox::held_content(c, kCamden, notice); });
  ASSERT_TRUE(content);
  EXPECT_EQ(store->read([&](Connection& c) { return Mailbox::notices_for(c, kCamden); }).size(),
            1U);
  std::vector<broker::WaitingSlice> released;
  EXPECT_TRUE(store->commit([&](Connection& c) {
    released = Mailbox::confirm_void(c, kCamden, notice, *content, hub.clock.now());
  }));
  ASSERT_EQ(released.size(), 2U);
  EXPECT_EQ(waiting(), (std::vector<broker::SliceId>{first, second}));
  EXPECT_TRUE(store->commit([&](Connection& c) {
    EXPECT_TRUE(Mailbox::confirm_void(c, kCamden, notice, *content, hub.clock.now()).empty());
  }));
}

TEST_F(Mail, FindsWhatExpiredAndHoldsItForConfirmation) {
  const auto first = put(slice(1));
  const auto second = put(slice(1));
  const auto expired = [&] {
    return store->read(
        [&](Connection& c) { return Mailbox::expired(c, kHackney, hub.clock.now(), 10); });
  };
  EXPECT_TRUE(expired().empty());
  hub.clock.advance(std::chrono::days(16));
  EXPECT_EQ(expired(), (std::vector<broker::SliceId>{first, second}));
  EXPECT_TRUE(store->commit([&](Connection& c) {
    EXPECT_EQ(Mailbox::hold_for_confirmation(c, first, Buffer{9}),
              (std::vector<broker::SliceId>{first, second}));
    EXPECT_TRUE(Mailbox::hold_for_confirmation(c, first, Buffer{9}).empty());
  }));
  EXPECT_TRUE(waiting().empty());
}

TEST_F(Mail, KeepsTheIncarnationOfItsFirstStart) {
  Time first;
  Time second;
  EXPECT_TRUE(
      store->commit([&](Connection& c) { first = Mailbox::incarnation(c, hub.clock.now()); }));
  hub.clock.advance(std::chrono::hours(1));
  EXPECT_TRUE(
      store->commit([&](Connection& c) { second = Mailbox::incarnation(c, hub.clock.now()); }));
  EXPECT_EQ(first, second);
}

}  // namespace
}  // namespace hub::exchange
