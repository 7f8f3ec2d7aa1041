#include "schemas/receipts.h"

#include <gtest/gtest.h>

#include "schemas/slice.h"
#include "tests/base/flipped.h"

namespace hub::schemas {
namespace {

constexpr std::string_view kHub = "test.hub.example";

crypto::Digest leaf(std::uint8_t number) {
  crypto::Digest out{};
  out.fill(number);
  return out;
}

std::vector<crypto::Digest> leaves(std::size_t count) {
  std::vector<crypto::Digest> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(leaf(static_cast<std::uint8_t>(i)));
  return out;
}

bool same(const Receipts& left, const Receipts& right) {
  return left.hub == right.hub && left.recipient == right.recipient &&
         left.sender == right.sender && left.stream == right.stream &&
         left.first_position == right.first_position &&
         left.register_number == right.register_number &&
         left.bundle_number == right.bundle_number && left.time == right.time &&
         left.leaves == right.leaves && left.outcomes == right.outcomes;
}

bool same(const VoidNotice& left, const VoidNotice& right) {
  return left.hub == right.hub && left.sender == right.sender &&
         left.recipient == right.recipient && left.stream == right.stream &&
         left.positions == right.positions && left.leaves == right.leaves &&
         left.outcomes == right.outcomes && left.time == right.time;
}

struct ReceiptBatch : testing::Test {
  crypto::EnvelopeKey key = crypto::EnvelopeKey::generate();
  Receipts receipts{std::string(kHub),
                    "E09000012",
                    "E09000007",
                    {leaf(7)[0], 1, 2},
                    40,
                    3,
                    9,
                    from_ms(1'795'262'400'000),
                    leaves(3),
                    {Outcome::Held, Outcome::RefusedByPolicy, Outcome::BrokenChain}};
  Buffer bytes = sign_receipts(receipts, key);

  [[nodiscard]] Result<Receipts, WireError> read(Bytes from, std::string_view hub = kHub) const {
    auto parsed = UnverifiedReceipts::parse(from);
    if (!parsed) return fail(parsed.error());
    return std::move(*parsed).verify(key.verify_key(), hub);
  }
  // Signed by its recipient, whatever it says.
  [[nodiscard]] WireError error_of_signed() const {
    const auto read_back = read(sign_receipts(receipts, key));
    EXPECT_FALSE(read_back);
    return read_back ? WireError::OtherHub : read_back.error();
  }
};

TEST_F(ReceiptBatch, SaysWhatItsRecipientSigned) {
  const auto read_back = read(bytes);
  ASSERT_TRUE(read_back);
  EXPECT_TRUE(same(*read_back, receipts));
  const auto parsed = UnverifiedReceipts::parse(bytes);
  EXPECT_EQ(parsed->claimed_recipient(), "E09000012");
  EXPECT_TRUE(same(parsed->claims(), receipts));
}

TEST_F(ReceiptBatch, IsRefusedOrUnchangedWithAnyBitFlipped) {
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    const auto changed = flipped(bytes, bit);
    const auto read_back = read(changed);
    ASSERT_TRUE(!read_back || same(*read_back, receipts)) << "bit " << bit;
    refused += read_back ? 0 : 1;
  }
  EXPECT_GT(refused, 7 * bytes.size());
}

TEST_F(ReceiptBatch, WithOneByteTooManySaysTheSame) {
  bytes.push_back(0xff);
  const auto read_back = read(bytes);
  EXPECT_TRUE(!read_back || same(*read_back, receipts));
}

TEST_F(ReceiptBatch, IsRefusedByAnotherHub) {
  EXPECT_EQ(read(bytes, "other.hub.example").error(), WireError::OtherHub);
}

TEST_F(ReceiptBatch, HoldsOneReceiptToASliceOfThem) {
  for (const std::size_t count : {std::size_t{1}, kMaxSliceRecords}) {
    receipts.leaves = leaves(count);
    receipts.outcomes.assign(count, Outcome::Held);
    EXPECT_TRUE(read(sign_receipts(receipts, key))) << count;
  }
  for (const std::size_t count : {std::size_t{0}, kMaxSliceRecords + 1}) {
    receipts.leaves = leaves(count);
    receipts.outcomes.assign(count, Outcome::Held);
    EXPECT_EQ(error_of_signed(), WireError::Malformed) << count;
  }
}

TEST_F(ReceiptBatch, WithNamesThatAreNoneOrAnUnknownOutcomeIsRefusedThoughSigned) {
  for (auto* name : {&receipts.hub, &receipts.recipient, &receipts.sender}) {
    const auto before = std::exchange(*name, "a b");
    EXPECT_EQ(error_of_signed(), WireError::BadText);
    *name = before;
  }
  for (const std::uint8_t code : std::initializer_list<std::uint8_t>{0, 15, 255}) {
    receipts.outcomes[1] = static_cast<Outcome>(code);  // NOLINT(*-EnumCastOutOfRange)
    EXPECT_EQ(error_of_signed(), WireError::UnknownCode);
  }
}

TEST_F(ReceiptBatch, IsRefusedWhenLargerThanASlice) {
  EXPECT_EQ(read(Buffer(kMaxSliceBytes + 1)).error(), WireError::TooLarge);
  EXPECT_EQ(read(Buffer(kMaxSliceBytes)).error(), WireError::Malformed);
}

struct Notice : testing::Test {
  crypto::EnvelopeKey broker = crypto::EnvelopeKey::generate();
  VoidNotice notice{std::string(kHub),
                    "E09000007",
                    "E09000012",
                    {leaf(7)[0], 1, 2},
                    {40, 42},
                    leaves(2),
                    {Outcome::Expired, Outcome::UnknownRecipient},
                    from_ms(1'795'262'400'000)};
  Buffer bytes = sign_void_notice(notice, broker);

  [[nodiscard]] Result<VoidNotice, WireError> read(Bytes from, std::string_view hub = kHub) const {
    auto parsed = UnverifiedVoidNotice::parse(from);
    if (!parsed) return fail(parsed.error());
    return std::move(*parsed).verify(broker.verify_key(), hub);
  }
  [[nodiscard]] WireError error_of_signed() const {
    const auto read_back = read(sign_void_notice(notice, broker));
    EXPECT_FALSE(read_back);
    return read_back ? WireError::OtherHub : read_back.error();
  }
};

TEST_F(Notice, SaysWhatTheBrokerSigned) {
  const auto read_back = read(bytes);
  ASSERT_TRUE(read_back);
  EXPECT_TRUE(same(*read_back, notice));
}

TEST_F(Notice, IsRefusedAtEveryTruncationOrSaysTheSame) {
  constexpr std::size_t padding = 8;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto read_back = read(Bytes(bytes).first(size));
    if (size + padding < bytes.size()) {
      ASSERT_FALSE(read_back) << size;
    } else {
      ASSERT_TRUE(!read_back || same(*read_back, notice)) << size;
    }
  }
  bytes.push_back(0xff);
  const auto longer = read(bytes);
  EXPECT_TRUE(!longer || same(*longer, notice));
}

TEST_F(Notice, IsRefusedOrUnchangedWithAnyBitFlipped) {
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    const auto changed = flipped(bytes, bit);
    const auto read_back = read(changed);
    ASSERT_TRUE(!read_back || same(*read_back, notice)) << "bit " << bit;
    refused += read_back ? 0 : 1;
  }
  EXPECT_GT(refused, 7 * bytes.size());
}

TEST_F(Notice, IsRefusedByAnotherHubOrFromAnybodyButTheBroker) {
  EXPECT_EQ(read(bytes, "other.hub.example").error(), WireError::OtherHub);
  const auto forged = sign_void_notice(notice, crypto::EnvelopeKey::generate());
  EXPECT_EQ(read(forged).error(), WireError::BadSignature);
}

TEST_F(Notice, HoldsOnePositionToASliceOfThem) {
  for (const std::size_t count :
       {std::size_t{1}, kMaxSliceRecords, std::size_t{0}, kMaxSliceRecords + 1}) {
    notice.positions.assign(count, 1);
    notice.leaves = leaves(count);
    notice.outcomes.assign(count, Outcome::Expired);
    if (count == 1 || count == kMaxSliceRecords) {
      EXPECT_TRUE(read(sign_void_notice(notice, broker))) << count;
    } else {
      EXPECT_EQ(error_of_signed(), WireError::Malformed) << count;
    }
  }
}

TEST_F(Notice, WithNamesThatAreNoneOrAnUnknownOutcomeIsRefusedThoughSigned) {
  for (auto* name : {&notice.hub, &notice.recipient, &notice.sender}) {
    const auto before = std::exchange(*name, "");
    EXPECT_EQ(error_of_signed(), WireError::BadText);
    *name = before;
  }
  notice.outcomes[0] = static_cast<Outcome>(0);  // NOLINT(*-EnumCastOutOfRange)
  EXPECT_EQ(error_of_signed(), WireError::UnknownCode);
}

TEST_F(Notice, IsRefusedWhenLargerThanASlice) {
  EXPECT_EQ(read(Buffer(kMaxSliceBytes + 1)).error(), WireError::TooLarge);
}

TEST_F(Notice, IsConfirmedByItsSenderAndForItsExactBytesOnly) {
  const auto sender = crypto::EnvelopeKey::generate();
  const auto confirmation = confirm_void(bytes, sender);
  EXPECT_TRUE(void_is_confirmed(bytes, confirmation, sender.verify_key()));
  EXPECT_FALSE(void_is_confirmed(bytes, confirmation, broker.verify_key()));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto changed = bytes;
    changed[i] ^= 1U;
    ASSERT_FALSE(void_is_confirmed(changed, confirmation, sender.verify_key())) << i;
  }
  EXPECT_FALSE(void_is_confirmed(bytes, sender.sign(bytes), sender.verify_key()))
      << "a signature over the notice itself is no confirmation";
}

}  // namespace
}  // namespace hub::schemas
