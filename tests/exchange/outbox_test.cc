// Rules of docs/protocol.md 3 and 5 that the sender's outbox keeps.

#include "agent/outbox.h"

#include <gtest/gtest.h>

#include "tests/exchange/forge.h"
#include "tests/exchange/hub_fixture.h"

namespace hub::exchange {
namespace {

using schemas::Outcome;

struct Sender : testing::Test {
  TestHub hub;
  Borough camden{hub, kCamden};
  Borough hackney{hub, kHackney};
  Borough newham{hub, kNewham};

  [[nodiscard]] std::vector<agent::SliceRef> seal_waiting(
      const agent::Outbox::StillAllowed& allowed = [](const agent::Terms& terms) {
        return std::make_shared<const agent::Terms>(terms);
      }) {
    std::vector<agent::SliceRef> out;
    camden.commit([&](storage::Connection& store) {
      out = camden.outbox.seal_waiting(store, {std::string(kHub), 1, 1}, allowed, hub.clock.now(),
                                       1000);
    });
    return out;
  }
  [[nodiscard]] std::vector<std::uint8_t> outcomes() {
    return camden.store->read([](storage::Connection& store) {
      auto query = store.prepare("SELECT outcomes FROM outgoing_slice ORDER BY id");
      std::vector<std::uint8_t> out;
      while (query.step()) {
        const auto bytes = query.bytes(0);
        out.insert(out.end(), bytes.begin(), bytes.end());
      }
      return out;
    });
  }
};

TEST_F(Sender, KeepsTheContentUntilTheReceiptIsHome) {
  camden.learn_keys_of(hackney);
  const auto slice = camden.send(camden.notices(kHackney, 2)).front();
  EXPECT_EQ(camden.count_of("outgoing_content"), 1);
  ASSERT_TRUE(camden.take_receipts(hackney.receive(slice.bytes).receipts));
  EXPECT_EQ(camden.count_of("outgoing_content"), 0);
  EXPECT_EQ(camden.count_of("outgoing_keys"), 0);
  EXPECT_EQ(outcomes(), (std::vector<std::uint8_t>{1, 1}));
}

TEST_F(Sender, SubmitsTheStoredBytesAgainToANewIncarnationOnly) {
  camden.learn_keys_of(hackney);
  const auto slice = camden.send(camden.notices(kHackney, 2)).front();
  const auto first = from_ms(1000);
  const auto second = from_ms(2000);
  const auto unsubmitted = [&](Time incarnation) {
    return camden.store->read([&](storage::Connection& store) {
      return agent::Outbox::unsubmitted(store, incarnation).size();
    });
  };
  EXPECT_EQ(unsubmitted(first), 1U);
  camden.commit(
      [&](storage::Connection& store) { agent::Outbox::accepted(store, slice.id, first); });
  EXPECT_EQ(unsubmitted(first), 0U);
  EXPECT_EQ(unsubmitted(second), 1U);
  const auto stored = camden.store->read(
      [&](storage::Connection& store) { return agent::Outbox::content(store, slice.id); });
  EXPECT_EQ(stored, *slice.bytes);
}

TEST_F(Sender, RefusesAReceiptThatItsRecipientDidNotSign) {
  camden.learn_keys_of(hackney);
  const auto slice = camden.send(camden.notices(kHackney, 1)).front();
  const auto honest = hackney.receive(slice.bytes).receipts;
  auto claims = schemas::UnverifiedReceipts::parse(honest)->claims();
  EXPECT_FALSE(camden.take_receipts(schemas::sign_receipts(claims, newham.secrets.envelope)));
  EXPECT_EQ(camden.count_of("outgoing_content"), 1);
}

TEST_F(Sender, RefusesAReceiptAboutAnotherRecordOrFromAnotherRecipientAndRecordsIt) {
  camden.learn_keys_of(hackney);
  const auto slice = camden.send(camden.notices(kHackney, 1)).front();
  const auto honest = hackney.receive(slice.bytes).receipts;
  const auto claims = schemas::UnverifiedReceipts::parse(honest)->claims();
  auto other_leaf = claims;
  other_leaf.leaves.front()[0] ^= 1;
  EXPECT_FALSE(camden.take_receipts(schemas::sign_receipts(other_leaf, hackney.secrets.envelope)));
  auto other_place = claims;
  other_place.first_position = 5;
  EXPECT_FALSE(camden.take_receipts(schemas::sign_receipts(other_place, hackney.secrets.envelope)));
  auto other_recipient = claims;
  other_recipient.recipient = kNewham;
  EXPECT_FALSE(
      camden.take_receipts(schemas::sign_receipts(other_recipient, newham.secrets.envelope)));
  EXPECT_EQ(camden.count_of("outgoing_content"), 1);
  EXPECT_EQ(camden.entries().back().outcome, "receipt-refused");
  EXPECT_TRUE(camden.take_receipts(honest));
}

TEST_F(Sender, KeepsRecordsUnsealedWhileTheRecipientHasNoKeyAndInOrder) {
  EXPECT_TRUE(camden.send(camden.notices(kHackney, 3)).empty());
  EXPECT_EQ(camden.count_of("waiting_record"), 3);
  EXPECT_TRUE(seal_waiting().empty());
  camden.learn_keys_of(hackney);
  // What comes now waits behind what waits already.
  EXPECT_TRUE(camden.send(camden.notices(kHackney, 1)).empty());
  const auto slices = seal_waiting();
  ASSERT_EQ(slices.size(), 1U);
  EXPECT_EQ(camden.count_of("waiting_record"), 0);
  EXPECT_EQ(outcomes_of(hackney.receive(slices.front().bytes).receipts),
            std::vector<Outcome>(4, Outcome::Held));
  EXPECT_EQ(camden.send(camden.notices(kHackney, 1)).size(), 1U);
}

TEST_F(Sender, AsksPolicyAgainBeforeItSealsWhatWaited) {
  (void)camden.send(camden.notices(kHackney, 2));
  camden.learn_keys_of(hackney);
  EXPECT_TRUE(seal_waiting([](const agent::Terms&) { return nullptr; }).empty());
  EXPECT_EQ(camden.count_of("waiting_record"), 0);
  EXPECT_EQ(camden.entries().back().act, "refusal");
  EXPECT_EQ(camden.entries().back().outcome, "refused-by-policy");
}

TEST_F(Sender, RefusesToSealWhatExpiredWhileItWaited) {
  (void)camden.send(camden.notices(kHackney, 1));
  hub.clock.advance(std::chrono::days(16));
  (void)hackney.epochs.make_ahead(kHub, hub.clock.now());
  camden.learn_keys_of(hackney);
  EXPECT_TRUE(seal_waiting().empty());
  EXPECT_EQ(camden.entries().back().outcome, "expired");
}

struct Voided : Sender {
  agent::SliceRef slice;
  schemas::VoidNotice notice;

  void SetUp() override {
    camden.learn_keys_of(hackney);
    slice = camden.send(camden.notices(kHackney, 3)).front();
    const auto parsed = schemas::UnverifiedSlice::parse(slice.bytes);
    notice = {std::string(kHub),
              std::string(kCamden),
              std::string(kHackney),
              slice.stream,
              {1},
              {parsed->claimed_records()[1].leaf},
              {Outcome::Expired},
              hub.clock.now()};
  }
  [[nodiscard]] std::optional<crypto::Signature> take(const schemas::VoidNotice& told) {
    const auto bytes = schemas::sign_void_notice(told, hub.secrets("broker").envelope);
    std::optional<crypto::Signature> out;
    camden.commit(
        [&](storage::Connection& store) { out = camden.outbox.take_void(store, told, bytes); });
    return out;
  }
};

TEST_F(Voided, PositionIsConfirmedRecordedAndSkippedByTheRecipient) {
  const auto bytes = schemas::sign_void_notice(notice, hub.secrets("broker").envelope);
  const auto confirmation = take(notice);
  ASSERT_TRUE(confirmation);
  EXPECT_EQ(camden.entries().back().outcome, "expired");
  auto parsed = schemas::UnverifiedSlice::parse(slice.bytes);
  const auto verified = std::move(*parsed).verify(camden.secrets.envelope.verify_key(), kHub);
  const auto reduced = std::make_shared<const Buffer>(
      schemas::with_voids(*verified, {false, true, false}, bytes, *confirmation));
  const auto taken = hackney.receive(reduced);
  EXPECT_EQ(outcomes_of(taken.receipts),
            (std::vector<Outcome>{Outcome::Held, Outcome::Expired, Outcome::Held}));
  EXPECT_EQ(hackney.count_of("held_record"), 2);
  ASSERT_TRUE(camden.take_receipts(taken.receipts));
  EXPECT_EQ(outcomes(), (std::vector<std::uint8_t>{1, 9, 1}));
  // The stream goes on behind the void.
  EXPECT_EQ(
      outcomes_of(hackney.receive(camden.send(camden.notices(kHackney, 1)).front().bytes).receipts),
      std::vector<Outcome>{Outcome::Held});
}

TEST_F(Voided, PositionWithoutTheSendersConfirmationIsRefusedByTheRecipient) {
  const auto bytes = schemas::sign_void_notice(notice, hub.secrets("broker").envelope);
  auto parsed = schemas::UnverifiedSlice::parse(slice.bytes);
  const auto verified = std::move(*parsed).verify(camden.secrets.envelope.verify_key(), kHub);
  const auto forged = schemas::confirm_void(bytes, newham.secrets.envelope);
  EXPECT_EQ(hackney.refuses(std::make_shared<const Buffer>(
                schemas::with_voids(*verified, {false, true, false}, bytes, forged))),
            schemas::WireError::BadSignature);
  // Nor may the broker leave out more than the notice says.
  const auto honest = schemas::confirm_void(bytes, camden.secrets.envelope);
  EXPECT_EQ(hackney.refuses(std::make_shared<const Buffer>(
                schemas::with_voids(*verified, {true, true, false}, bytes, honest))),
            schemas::WireError::BadSignature);
}

TEST_F(Voided, NoticeAboutARecordThatWasNotSentIsNotConfirmed) {
  auto other = notice;
  other.leaves.front()[0] ^= 1;
  EXPECT_FALSE(take(other));
  other = notice;
  other.positions = {9};
  EXPECT_FALSE(take(other));
  other = notice;
  other.recipient = kNewham;
  EXPECT_FALSE(take(other));
}

TEST_F(Voided, LateReceiptCounts) {
  ASSERT_TRUE(take(notice));
  ASSERT_TRUE(camden.take_receipts(hackney.receive(slice.bytes).receipts));
  EXPECT_EQ(outcomes(), (std::vector<std::uint8_t>{1, 1, 1}));
}

}  // namespace
}  // namespace hub::exchange
