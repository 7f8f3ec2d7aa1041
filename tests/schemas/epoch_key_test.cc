#include "schemas/epoch_key.h"

#include <gtest/gtest.h>

#include "tests/base/flipped.h"

namespace hub::schemas {
namespace {

constexpr std::string_view kHub = "test.hub.example";

bool same(const EpochKey& left, const EpochKey& right) {
  return left.authority == right.authority && left.epoch == right.epoch && left.key == right.key &&
         left.not_before == right.not_before && left.not_after == right.not_after &&
         left.previous == right.previous;
}

struct EpochStatement : testing::Test {
  crypto::IdentityKey identity = crypto::IdentityKey::generate();
  EpochKey key = [] {
    EpochKey out{"E09000007",
                 {DeliveryClass::Violence, 20'778, 3},
                 {},
                 from_ms(1'795'219'200'000),
                 from_ms(1'795'305'600'000),
                 {}};
    out.key.fill(0x5a);
    out.previous.fill(0xa5);
    return out;
  }();
  Buffer bytes = sign_epoch_key(kHub, key, identity);

  [[nodiscard]] Result<EpochKey, WireError> read(Bytes from, std::string_view hub = kHub) const {
    auto parsed = UnverifiedEpochKey::parse(from);
    if (!parsed) return fail(parsed.error());
    return std::move(*parsed).verify(identity.verify_key(), hub);
  }
  [[nodiscard]] WireError error_of_signed(std::string_view hub = kHub) const {
    const auto read_back = read(sign_epoch_key(hub, key, identity), hub);
    EXPECT_FALSE(read_back);
    return read_back ? WireError::OtherHub : read_back.error();
  }
};

TEST_F(EpochStatement, SaysWhatItsAuthoritySigned) {
  const auto read_back = read(bytes);
  ASSERT_TRUE(read_back);
  EXPECT_TRUE(same(*read_back, key));
  EXPECT_EQ(UnverifiedEpochKey::parse(bytes)->claimed_authority(), "E09000007");
}

TEST_F(EpochStatement, IsRefusedAtEveryTruncationOrSaysTheSame) {
  constexpr std::size_t padding = 8;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto read_back = read(Bytes(bytes).first(size));
    if (size + padding < bytes.size()) {
      ASSERT_FALSE(read_back) << size;
    } else {
      ASSERT_TRUE(!read_back || same(*read_back, key)) << size;
    }
  }
  bytes.push_back(0xff);
  const auto longer = read(bytes);
  EXPECT_TRUE(!longer || same(*longer, key));
}

TEST_F(EpochStatement, IsRefusedOrUnchangedWithAnyBitFlipped) {
  std::size_t refused = 0;
  std::size_t of_another_suite = 0;
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    const auto changed = flipped(bytes, bit);
    const auto read_back = read(changed);
    if (read_back) {
      ASSERT_TRUE(same(*read_back, key)) << "bit " << bit;
      continue;
    }
    ++refused;
    of_another_suite += read_back.error() == WireError::UnknownSuite ? 1 : 0;
  }
  EXPECT_GT(refused, 7 * bytes.size());
  EXPECT_GE(of_another_suite, 16U) << "each bit of the suite's number";
}

TEST_F(EpochStatement, IsRefusedByAnotherHubOrFromAnotherAuthority) {
  EXPECT_EQ(read(bytes, "other.hub.example").error(), WireError::OtherHub);
  const auto forged = sign_epoch_key(kHub, key, crypto::IdentityKey::generate());
  EXPECT_EQ(read(forged).error(), WireError::BadSignature);
}

TEST_F(EpochStatement, ThatEndsBeforeItBeginsIsRefusedThoughSigned) {
  key.not_after = key.not_before;
  EXPECT_EQ(error_of_signed(), WireError::Malformed);
  key.not_after = key.not_before - std::chrono::milliseconds(1);
  EXPECT_EQ(error_of_signed(), WireError::Malformed);
  key.not_after = key.not_before + std::chrono::milliseconds(1);
  EXPECT_TRUE(read(sign_epoch_key(kHub, key, identity)));
}

TEST_F(EpochStatement, WithANameThatIsNoneOrAnUnknownClassIsRefusedThoughSigned) {
  EXPECT_EQ(error_of_signed("two words"), WireError::BadText);
  for (const auto* name : {"", "E09 000007", "E09000007\n"}) {
    key.authority = name;
    EXPECT_EQ(error_of_signed(), WireError::BadText);
  }
  for (const std::uint8_t code : std::initializer_list<std::uint8_t>{0, 3, 255}) {
    key.epoch.delivery_class = static_cast<DeliveryClass>(code);  // NOLINT(*-EnumCastOutOfRange)
    EXPECT_EQ(error_of_signed(), WireError::UnknownCode);
  }
}

TEST_F(EpochStatement, IsRefusedWhenLargerThanAnyCanBe) {
  EXPECT_EQ(read(Buffer(2049)).error(), WireError::TooLarge);
  EXPECT_EQ(read(Buffer(2048)).error(), WireError::Malformed);
}

TEST(RecordTimes, ArePossibleWithinTheirClassAndAClocksError) {
  using std::chrono::days;
  using std::chrono::milliseconds;
  using std::chrono::minutes;
  const auto now = from_ms(1'795'262'400'000);
  Header header;
  for (const auto delivery_class : {DeliveryClass::Ordinary, DeliveryClass::Violence}) {
    const auto longest = longest_delivery(delivery_class);
    EXPECT_EQ(longest, days(delivery_class == DeliveryClass::Violence ? 4 : 15));
    header.created = now + minutes(5);
    header.expires = header.created + longest;
    EXPECT_TRUE(times_are_possible(header, delivery_class, now));
    header.expires += milliseconds(1);
    EXPECT_FALSE(times_are_possible(header, delivery_class, now));
    header.created += milliseconds(1);
    EXPECT_FALSE(times_are_possible(header, delivery_class, now));
    header.created = now - days(1000);
    header.expires = header.created + longest;
    EXPECT_TRUE(times_are_possible(header, delivery_class, now));
  }
}

// What a hostile header may claim reaches to both ends of time.
TEST(RecordTimes, AreNotPossibleAtTheEndsOfTime) {
  const auto now = from_ms(1'795'262'400'000);
  Header header;
  header.created = from_ms(std::numeric_limits<std::int64_t>::max());
  header.expires = header.created;
  EXPECT_FALSE(times_are_possible(header, DeliveryClass::Ordinary, now));
  header.created = from_ms(std::numeric_limits<std::int64_t>::min());
  EXPECT_FALSE(times_are_possible(header, DeliveryClass::Ordinary, now));
  header.expires = from_ms(std::numeric_limits<std::int64_t>::min() + 1);
  EXPECT_TRUE(times_are_possible(header, DeliveryClass::Ordinary, now));
}

}  // namespace
}  // namespace hub::schemas
