// Rules of docs/protocol.md 1 that a slice's parsing and verification keep.

#include "schemas/slice.h"

#include <gtest/gtest.h>

#include "schemas/receipts.h"
#include "tests/exchange/forge.h"
#include "tests/exchange/hub_fixture.h"

namespace hub::exchange {
namespace {

using schemas::WireError;

struct SealedSlice : testing::Test {
  TestHub hub;
  Borough camden{hub, kCamden};
  Borough hackney{hub, kHackney};
  schemas::SharedBytes bytes;

  void SetUp() override {
    camden.learn_keys_of(hackney);
    bytes = camden.send(camden.notices(kHackney, 3)).front().bytes;
  }

  [[nodiscard]] std::optional<WireError> fault(const schemas::SharedBytes& slice) const {
    auto parsed = schemas::UnverifiedSlice::parse(slice);
    if (!parsed) return parsed.error();
    const auto verified =
        std::move(*parsed).verify(hub.secrets(kCamden).envelope.verify_key(), kHub);
    return verified ? std::nullopt : std::optional(verified.error());
  }
};

TEST_F(SealedSlice, VerifiesAsItsSenderMadeIt) {
  EXPECT_EQ(fault(bytes), std::nullopt);
  auto slice = schemas::UnverifiedSlice::parse(bytes);
  ASSERT_TRUE(slice);
  EXPECT_EQ(slice->claimed_sender(), kCamden);
  EXPECT_EQ(slice->claimed_records().size(), 3U);
}

TEST_F(SealedSlice, IsRefusedAtEveryTruncation) {
  for (std::size_t size = 0; size < bytes->size(); ++size) {
    ASSERT_NE(fault(std::make_shared<const Buffer>(
                  bytes->begin(), bytes->begin() + static_cast<std::ptrdiff_t>(size))),
              std::nullopt)
        << size;
  }
}

// A flipped bit may land in padding that nobody reads; then the content must be what it was.
TEST_F(SealedSlice, IsRefusedOrUnchangedWithAnyBitFlipped) {
  const auto original = schemas::UnverifiedSlice::parse(bytes);
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < 8 * bytes->size(); ++bit) {
    auto forged = *bytes;
    forged[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto shared = std::make_shared<const Buffer>(std::move(forged));
    if (fault(shared)) {
      ++refused;
      continue;
    }
    const auto changed = schemas::UnverifiedSlice::parse(shared);
    ASSERT_EQ(changed->claims().batch_root, original->claims().batch_root) << bit;
    for (std::size_t i = 0; i < 3; ++i) {
      ASSERT_EQ(changed->claimed_records()[i].leaf, original->claimed_records()[i].leaf) << bit;
    }
  }
  EXPECT_GT(refused, 8 * bytes->size() * 9 / 10);
}

TEST_F(SealedSlice, IsRefusedWhenLargerThanAllowed) {
  EXPECT_EQ(fault(std::make_shared<const Buffer>(schemas::kMaxSliceBytes + 1)),
            WireError::TooLarge);
}

TEST_F(SealedSlice, IsRefusedWithSwappedSlots) {
  auto forged = take_apart(bytes);
  std::swap(forged.records[0].slot, forged.records[1].slot);
  EXPECT_NE(fault(forged.unsigned_change()), std::nullopt);
  // Even with the positions put right, so that only the keys are swapped.
  auto keys_only = take_apart(bytes);
  schemas::WrappedKey first{};
  change_slot(keys_only.records[0], [&](schemas::Slot& slot) { first = slot.wrapped; });
  change_slot(keys_only.records[1], [&](schemas::Slot& slot) { std::swap(first, slot.wrapped); });
  change_slot(keys_only.records[0], [&](schemas::Slot& slot) { slot.wrapped = first; });
  EXPECT_NE(fault(keys_only.unsigned_change()), std::nullopt);
}

TEST_F(SealedSlice, IsRefusedWithSwappedBodies) {
  auto forged = take_apart(bytes);
  std::swap(forged.records[0].body, forged.records[1].body);
  EXPECT_NE(fault(forged.unsigned_change()), std::nullopt);
}

TEST_F(SealedSlice, IsRefusedWithAChangedHeader) {
  auto forged = take_apart(bytes);
  change_header(forged.records[0], [](schemas::Header& header) { header.purpose = "marketing"; });
  EXPECT_NE(fault(forged.unsigned_change()), std::nullopt);
}

TEST_F(SealedSlice, IsRefusedWithReorderedOrDroppedRecords) {
  auto reordered = take_apart(bytes);
  std::swap(reordered.records[0], reordered.records[1]);
  EXPECT_NE(fault(reordered.unsigned_change()), std::nullopt);
  auto dropped = take_apart(bytes);
  dropped.records.erase(dropped.records.begin() + 1);
  dropped.indices.pop_back();
  EXPECT_NE(fault(dropped.unsigned_change()), std::nullopt);
}

TEST_F(SealedSlice, IsRefusedUnderSomebodyElsesSignature) {
  auto forged = take_apart(bytes);
  EXPECT_EQ(fault(forged.signed_by(hub.secrets(kHackney).envelope)), WireError::BadSignature);
}

TEST_F(SealedSlice, IsRefusedWhenMadeForAnotherHub) {
  auto forged = take_apart(bytes);
  forged.hub = "other.hub.example";
  EXPECT_EQ(fault(forged.signed_by(hub.secrets(kCamden).envelope)), WireError::OtherHub);
}

TEST_F(SealedSlice, IsRefusedWhenHeaderAndSliceDisagreeThoughItsSenderSignedIt) {
  const auto& key = hub.secrets(kCamden).envelope;
  auto sender = take_apart(bytes);
  change_header(sender.records[0], [](schemas::Header& header) { header.sender = kNewham; });
  chain(sender, 0, {});
  EXPECT_EQ(fault(sender.signed_by(key)), WireError::HeaderDisagrees);

  auto recipient = take_apart(bytes);
  change_header(recipient.records[0], [](schemas::Header& h) { h.recipients = {kNewham}; });
  chain(recipient, 0, {});
  EXPECT_EQ(fault(recipient.signed_by(key)), WireError::HeaderDisagrees);

  auto priority = take_apart(bytes);
  change_header(priority.records[0],
                [](schemas::Header& h) { h.priority = schemas::Priority::Urgent; });
  chain(priority, 0, {});
  EXPECT_EQ(fault(priority.signed_by(key)), WireError::HeaderDisagrees);

  auto position = take_apart(bytes);
  change_slot(position.records[1], [](schemas::Slot& slot) { slot.position = 7; });
  EXPECT_EQ(fault(position.signed_by(key)), WireError::HeaderDisagrees);
}

TEST_F(SealedSlice, IsRefusedWhenARecordDoesNotNameTheOneBefore) {
  auto forged = take_apart(bytes);
  change_slot(forged.records[1], [](schemas::Slot& slot) { slot.previous = {}; });
  EXPECT_EQ(fault(forged.signed_by(hub.secrets(kCamden).envelope)), WireError::BrokenChain);
}

TEST_F(SealedSlice, IsRefusedWithRubbishNamesVersionsAndCodes) {
  const auto& key = hub.secrets(kCamden).envelope;
  auto name = take_apart(bytes);
  change_header(name.records[0], [](schemas::Header& h) { h.purpose = "line\nbreak"; });
  EXPECT_EQ(fault(name.signed_by(key)), WireError::BadText);
  auto empty = take_apart(bytes);
  change_header(empty.records[0], [](schemas::Header& h) { h.agreement = ""; });
  EXPECT_EQ(fault(empty.signed_by(key)), WireError::BadText);
  auto originator = take_apart(bytes);
  change_header(originator.records[0], [](schemas::Header& h) { h.originator = "a b"; });
  EXPECT_EQ(fault(originator.signed_by(key)), WireError::BadText);
  auto times = take_apart(bytes);
  change_header(times.records[0], [](schemas::Header& h) { h.expires = h.created; });
  EXPECT_EQ(fault(times.signed_by(key)), WireError::Malformed);
  auto slot = take_apart(bytes);
  slot.records[0].slot.push_back(0);
  EXPECT_EQ(fault(slot.signed_by(key)), WireError::Malformed);
}

// A signature says what it is for: one over receipts is none over a batch.
TEST_F(SealedSlice, IsRefusedWithASignatureMadeForAnotherPurpose) {
  auto forged = take_apart(bytes);
  const auto& key = hub.secrets(kCamden).envelope;
  (void)forged.signed_by(key);
  const auto root = Bytes(forged.facts.batch_root);
  forged.facts.signature = key.sign(root);
  EXPECT_EQ(fault(forged.unsigned_change()), WireError::BadSignature);
}

struct SignedReceipts : SealedSlice {
  Buffer receipts;
  void SetUp() override {
    SealedSlice::SetUp();
    receipts = hackney.receive(bytes).receipts;
  }
  [[nodiscard]] bool holds(Bytes signed_bytes, std::string_view by = kHackney) const {
    auto parsed = schemas::UnverifiedReceipts::parse(to_buffer(signed_bytes));
    return parsed &&
           std::move(*parsed).verify(hub.secrets(by).envelope.verify_key(), kHub).has_value();
  }
};

TEST_F(SignedReceipts, HoldForTheirRecipientOnly) {
  EXPECT_TRUE(holds(receipts));
  EXPECT_FALSE(holds(receipts, kCamden));
}

// The last bytes may be padding that nobody reads.
TEST_F(SignedReceipts, AreRefusedTruncatedOrWithAnotherOutcome) {
  constexpr std::size_t kMostPadding = 8;
  for (std::size_t size = 0; size + kMostPadding < receipts.size(); ++size) {
    ASSERT_FALSE(holds(Bytes(receipts).first(size))) << size;
  }
  auto parsed = schemas::UnverifiedReceipts::parse(receipts);
  auto claims = parsed->claims();
  claims.outcomes.front() = schemas::Outcome::RefusedByPolicy;
  EXPECT_FALSE(holds(schemas::sign_receipts(claims, hub.secrets(kCamden).envelope)));
}

}  // namespace
}  // namespace hub::exchange
