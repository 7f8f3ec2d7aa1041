// Rules of docs/protocol.md 1, 4 and 5 that the recipient keeps.

#include "agent/inbox.h"

#include <gtest/gtest.h>

#include "core/crypto/body.h"
#include "tests/exchange/forge.h"
#include "tests/exchange/hub_fixture.h"

namespace hub::exchange {
namespace {

using schemas::Outcome;
using testing::Test;

std::vector<Outcome> all(Outcome outcome, std::size_t count) {
  return std::vector<Outcome>(count, outcome);
}

struct Delivered : Test {
  TestHub hub;
  Borough camden{hub, kCamden};
  Borough hackney{hub, kHackney};
  Borough newham{hub, kNewham};

  void SetUp() override {
    for (auto* borough : {&camden, &newham}) borough->learn_keys_of(hackney);
  }
  [[nodiscard]] schemas::EpochKey hackney_key(const Borough& sender) const {
    return *sender.peers.current(kHackney, schemas::DeliveryClass::Ordinary, hub.clock.now());
  }
  schemas::SharedBytes slice(int count) {
    return camden.send(camden.notices(kHackney, count)).front().bytes;
  }
};

TEST_F(Delivered, IsStoredReceiptedAndRecorded) {
  const auto bytes = slice(3);
  const auto taken = hackney.receive(bytes);
  EXPECT_EQ(outcomes_of(taken.receipts), all(Outcome::Held, 3));
  EXPECT_EQ(hackney.count_of("held_record"), 3);
  const auto entries = hackney.entries();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].act, "collection");
  EXPECT_EQ(entries[0].count, 3U);
  const auto parsed = schemas::UnverifiedSlice::parse(bytes);
  EXPECT_EQ(entries[0].envelopes[2], parsed->claimed_records()[2].leaf);
  EXPECT_TRUE(camden.take_receipts(taken.receipts));
}

TEST_F(Delivered, TwiceIsStoredOnceAndReceiptedWithTheSameWords) {
  const auto bytes = slice(2);
  const auto first = hackney.receive(bytes);
  const auto again = hackney.receive(bytes);
  EXPECT_EQ(first.receipts, again.receipts);
  EXPECT_EQ(hackney.count_of("held_record"), 2);
  EXPECT_EQ(hackney.entries().size(), 1U);
}

TEST_F(Delivered, AheadOfItsTurnIsNotStoredAndTheMissingPositionIsNamed) {
  const auto first = slice(2);
  const auto second = slice(2);
  const auto taken = hackney.receive(second);
  EXPECT_EQ(taken.expected, 0U);
  EXPECT_TRUE(taken.receipts.empty());
  EXPECT_EQ(hackney.count_of("held_record"), 0);
  EXPECT_FALSE(hackney.receive(first).expected);
  EXPECT_FALSE(hackney.receive(second).expected);
  EXPECT_EQ(hackney.count_of("held_record"), 4);
}

TEST_F(Delivered, WithADroppedPositionIsNoticedEvenIfTheSenderSignedIt) {
  const auto first = slice(1);
  (void)slice(1);  // dropped by the broker
  const auto third = slice(1);
  (void)hackney.receive(first);
  EXPECT_EQ(hackney.receive(third).expected, 1U);
}

TEST_F(Delivered, OnATakenPositionWithOtherContentIsRefused) {
  const auto honest = slice(1);
  (void)hackney.receive(honest);
  auto other = take_apart(slice(1));
  chain(other, 0, {});
  const auto taken = hackney.receive(other.signed_by(camden.secrets.envelope));
  EXPECT_EQ(outcomes_of(taken.receipts), all(Outcome::PositionReused, 1));
  EXPECT_EQ(hackney.count_of("held_record"), 1);
  EXPECT_EQ(hackney.entries().back().act, "refusal");
  EXPECT_EQ(hackney.entries().back().outcome, "position-reused");
}

TEST_F(Delivered, WithAnotherPastThanTheOneHeldIsRefused) {
  (void)hackney.receive(slice(1));
  auto forked = take_apart(slice(1));
  chain(forked, 1, crypto::Digest{1, 2, 3});
  const auto taken = hackney.receive(forked.signed_by(camden.secrets.envelope));
  EXPECT_EQ(outcomes_of(taken.receipts), all(Outcome::BrokenChain, 1));
  EXPECT_EQ(hackney.count_of("held_record"), 1);
}

TEST_F(Delivered, WithARecordIdOfAnotherSenderIsARecordOfItsOwn) {
  auto mine = camden.notices(kHackney, 1);
  const auto id = mine.front().id;
  auto theirs = newham.notices(kHackney, 1);
  theirs.front().id = id;
  (void)hackney.receive(camden.send(std::move(mine)).front().bytes);
  const auto taken = hackney.receive(newham.send(std::move(theirs)).front().bytes);
  EXPECT_EQ(outcomes_of(taken.receipts), all(Outcome::Held, 1));
  EXPECT_EQ(hackney.count_of("held_record"), 2);
}

TEST_F(Delivered, WithAUsedRecordIdAndOtherContentIsRefusedAndWithTheSameIsHeldAlready) {
  auto records = camden.notices(kHackney, 2);
  const auto id = records.front().id;
  auto reused = records.back();
  reused.id = id;
  auto same = records.front();
  records.pop_back();
  (void)hackney.receive(camden.send(std::move(records)).front().bytes);
  EXPECT_EQ(outcomes_of(hackney.receive(camden.send({reused}).front().bytes).receipts),
            all(Outcome::IdentityReused, 1));
  EXPECT_EQ(outcomes_of(hackney.receive(camden.send({same}).front().bytes).receipts),
            all(Outcome::AlreadyHeld, 1));
  EXPECT_EQ(hackney.count_of("held_record"), 1);
}

// Only the sender of a record may amend or withdraw it.
TEST_F(Delivered, AmendmentOfSomebodyElsesRecordIsRefused) {
  auto mine = camden.notices(kHackney, 1);
  const auto id = mine.front().id;
  (void)hackney.receive(camden.send(std::move(mine)).front().bytes);
  const auto amend = [&](Borough& sender, std::uint64_t position, const crypto::Digest& before) {
    auto forged = take_apart(sender.send(sender.notices(kHackney, 1)).front().bytes);
    // The header changes, so body and slot are sealed anew, as its sender could.
    const auto key = crypto::ContentKey::random();
    change_header(forged.records[0], [&](schemas::Header& header) {
      header.kind = schemas::RecordKind::Amendment;
      header.in_reply_to = id;
      header.commitment = crypto::commitment_to(key);
    });
    const auto header_hash = crypto::sha256(forged.records[0].header);
    forged.records[0].body =
        crypto::seal_body(key, header_hash, sender.notices(kHackney, 1).front().body);
    const auto body_hash = crypto::sha256(forged.records[0].body);
    const auto epoch = hackney_key(sender);
    auto hpke =
        crypto::HpkeSender::setup(epoch.key, schemas::slot_info(sender.code, kHackney, epoch.epoch),
                                  crypto::EpochSecret::random());
    change_slot(forged.records[0], [&](schemas::Slot& slot) {
      slot.encapsulated = hpke->encapsulated();
      slot.sequence = 0;
      slot.position = position;
      slot.previous = before;
      const auto wrapped =
          hpke->seal(schemas::slot_associated_data(header_hash, body_hash, slot), key.expose());
      std::copy(wrapped.begin(), wrapped.end(), slot.wrapped.begin());
    });
    forged.facts.first_position = position;
    return forged.signed_by(sender.secrets.envelope);
  };
  EXPECT_EQ(outcomes_of(hackney.receive(amend(newham, 0, {})).receipts),
            all(Outcome::NotOriginalSender, 1));
  EXPECT_EQ(hackney.count_of("held_record WHERE ended_seq IS NOT NULL"), 0);

  const auto held = hackney.store->read([&](storage::Connection& store) {
    auto query = store.prepare("SELECT leaf FROM held_record");
    (void)query.step();
    return to_buffer(query.bytes(0));
  });
  crypto::Digest before{};
  std::copy(held.begin(), held.end(), before.begin());
  EXPECT_EQ(outcomes_of(hackney.receive(amend(camden, 1, before)).receipts), all(Outcome::Held, 1));
  EXPECT_EQ(hackney.count_of("held_record WHERE ended_seq IS NOT NULL"), 1);
}

// One signature, two recipients: each must get the same record. The second one's slot opens to
// another key, which the header's commitment gives away.
TEST_F(Delivered, WithAnotherKeyThanTheHeaderCommitsToIsNotOpened) {
  auto forged = take_apart(slice(1));
  const auto header_hash = crypto::sha256(forged.records[0].header);
  const auto other_key = crypto::ContentKey::random();
  forged.records[0].body = crypto::seal_body(other_key, header_hash, as_bytes("another record"));
  const auto body_hash = crypto::sha256(forged.records[0].body);
  const auto epoch = hackney_key(camden);
  auto hpke = crypto::HpkeSender::setup(
      epoch.key, schemas::slot_info(kCamden, kHackney, epoch.epoch), crypto::EpochSecret::random());
  change_slot(forged.records[0], [&](schemas::Slot& slot) {
    slot.encapsulated = hpke->encapsulated();
    slot.sequence = 0;
    const auto wrapped =
        hpke->seal(schemas::slot_associated_data(header_hash, body_hash, slot), other_key.expose());
    std::copy(wrapped.begin(), wrapped.end(), slot.wrapped.begin());
  });
  const auto taken = hackney.receive(forged.signed_by(camden.secrets.envelope));
  EXPECT_EQ(outcomes_of(taken.receipts), all(Outcome::CannotOpen, 1));
  EXPECT_EQ(hackney.count_of("held_record"), 0);
}

TEST_F(Delivered, WithAHeaderThatNamesOtherFieldGroupsThanItsBodyIsRefused) {
  auto records = camden.notices(kHackney, 1);
  auto terms = *records.front().terms;
  terms.field_groups = {"notice", "property"};
  records.front().terms = std::make_shared<const agent::Terms>(terms);
  const auto taken = hackney.receive(camden.send(std::move(records)).front().bytes);
  EXPECT_EQ(outcomes_of(taken.receipts), all(Outcome::HeaderDisagrees, 1));
}

TEST_F(Delivered, OfAnUnknownTypeIsRefused) {
  auto records = camden.notices(kHackney, 1);
  auto terms = *records.front().terms;
  terms.record_type = "ta.unheard_of";
  records.front().terms = std::make_shared<const agent::Terms>(terms);
  const auto taken = hackney.receive(camden.send(std::move(records)).front().bytes);
  EXPECT_EQ(outcomes_of(taken.receipts), all(Outcome::UnknownType, 1));
  EXPECT_EQ(hackney.entries().back().outcome, "unknown-type");
}

TEST_F(Delivered, WithABodyOfAnotherTypeIsRefused) {
  auto records = camden.notices(kHackney, 1);
  auto terms = *records.front().terms;
  terms.record_type = "homelessness.local_connection_referral";
  records.front().terms = std::make_shared<const agent::Terms>(terms);
  const auto taken = hackney.receive(camden.send(std::move(records)).front().bytes);
  EXPECT_EQ(outcomes_of(taken.receipts), all(Outcome::BodyInvalid, 1));
}

TEST_F(Delivered, UnderAPurposeThatIsNotAgreedIsRefusedByTheRecipientToo) {
  auto records = camden.notices(kHackney, 1);
  auto terms = *records.front().terms;
  terms.purpose = "curiosity";
  records.front().terms = std::make_shared<const agent::Terms>(terms);
  const auto taken = hackney.receive(camden.send(std::move(records)).front().bytes);
  EXPECT_EQ(outcomes_of(taken.receipts), all(Outcome::RefusedByPolicy, 1));
  EXPECT_EQ(hackney.entries().back().policies, std::vector<std::string>{"purpose-not-agreed"});
}

TEST_F(Delivered, MadeByAThirdAuthorityIsRefusedByTheRecipientToo) {
  auto records = camden.notices(kHackney, 1);
  auto terms = *records.front().terms;
  terms.originator = kNewham;
  records.front().terms = std::make_shared<const agent::Terms>(terms);
  const auto taken = hackney.receive(camden.send(std::move(records)).front().bytes);
  EXPECT_EQ(outcomes_of(taken.receipts), all(Outcome::RefusedByPolicy, 1));
  EXPECT_EQ(hackney.entries().back().policies, std::vector<std::string>{"no-onward-sharing"});
}

TEST_F(Delivered, AfterItsTimeIsRefusedAsExpired) {
  const auto bytes = slice(1);
  hub.clock.advance(std::chrono::days(16));
  EXPECT_EQ(outcomes_of(hackney.receive(bytes).receipts), all(Outcome::Expired, 1));
}

TEST_F(Delivered, SealedToAKeyThatIsLostComesBackToBeSealedAgain) {
  const auto bytes = slice(2);
  hub.clock.advance(std::chrono::minutes(5));
  Borough reborn(hub, kHackney);  // the same authority with new epoch keys
  const auto taken = reborn.receive(bytes);
  EXPECT_EQ(outcomes_of(taken.receipts), all(Outcome::Reseal, 2));
  ASSERT_TRUE(camden.take_receipts(taken.receipts));
  EXPECT_EQ(camden.count_of("waiting_record"), 2);
  // The keys that it made since are of a later generation and are sealed to from then on.
  for (const auto& statement : hackney.epochs.statements(hub.clock.now())) {
    auto parsed = schemas::UnverifiedEpochKey::parse(statement);
    EXPECT_FALSE(reborn.epochs.replace_lost(kHub, parsed->claims(), hub.clock.now()));
  }
  camden.learn_keys_of(reborn);
  std::vector<agent::SliceRef> again;
  camden.commit([&](storage::Connection& store) {
    again = camden.outbox.seal_waiting(
        store, {std::string(kHub), 1, 1},
        [](const agent::Terms& terms) { return std::make_shared<const agent::Terms>(terms); },
        hub.clock.now(), 100);
  });
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(outcomes_of(reborn.receive(again.front().bytes).receipts), all(Outcome::Held, 2));
  EXPECT_EQ(camden.count_of("waiting_record"), 0);
}

TEST_F(Delivered, ToSomebodyElseIsRefusedWhole) {
  EXPECT_EQ(newham.refuses(slice(1)), schemas::WireError::HeaderDisagrees);
}

}  // namespace
}  // namespace hub::exchange
