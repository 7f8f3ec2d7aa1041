#include "core/base/uuid.h"

#include <gtest/gtest.h>

#include "tests/base/flipped.h"

namespace hub {
namespace {

class HandClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return from_ms(ms); }
  [[nodiscard]] SteadyTime steady() const override { return {}; }
  std::int64_t ms = 1'795'262'400'000;
};

void fill_with(std::span<std::uint8_t> out, std::uint8_t value) { std::ranges::fill(out, value); }

struct MadeUuids : testing::Test {
  HandClock clock;
  std::uint8_t random = 0xff;
  UuidSource source{clock, [this](std::span<std::uint8_t> out) { fill_with(out, random); }};
};

// RFC 9562 appendix A.6.
TEST(Uuid, AgreesWithTheRfcsVersion7) {
  const std::string text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
  const auto id = parse_uuid(text);
  ASSERT_TRUE(id);
  EXPECT_EQ(to_string(*id), text);
  EXPECT_EQ(time_of(*id), from_ms(0x017F22E279B0));
  EXPECT_FALSE(id->is_nil());
}

TEST(Uuid, OfAnotherVersionSaysNoTime) {
  const auto random = parse_uuid("919108f7-52d1-4320-9bac-f847db4148a8");
  ASSERT_TRUE(random);
  EXPECT_FALSE(time_of(*random));
  EXPECT_FALSE(time_of(Uuid{}));
  EXPECT_TRUE(Uuid{}.is_nil());
}

TEST(Uuid, IsReadInEitherCaseAndWrittenInLower) {
  const auto upper = parse_uuid("017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
  ASSERT_TRUE(upper);
  EXPECT_EQ(to_string(*upper), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(Uuid, IsRefusedInAnyOtherForm) {
  for (const auto* text :
       {"", "017f22e279b07cc398c4dc0c0c07398f", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e-279b0-7cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398-", " 17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "017f22e2_79b0_7cc3_98c4_dc0c0c07398f"}) {
    EXPECT_FALSE(parse_uuid(text)) << text;
  }
}

TEST(Uuid, IsRefusedTruncatedLengthenedAndRefusedOrAnotherWithAnyBitFlipped) {
  const std::string text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
  const auto id = parse_uuid(text);
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(parse_uuid(text.substr(0, size))) << size;
  }
  EXPECT_FALSE(parse_uuid(text + "0"));
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    const auto changed = flipped(text, bit);
    const auto read = parse_uuid(changed);
    const bool only_case = bit % 8 == 5;
    EXPECT_TRUE(!read || (*read == *id) == only_case) << changed;
  }
}

TEST(Uuid, IsMadeFromSixteenBytesAndNoOtherNumber) {
  const Buffer bytes(17, 0xab);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    EXPECT_EQ(uuid_from(Bytes(bytes).first(size)).has_value(), size == 16) << size;
  }
}

TEST_F(MadeUuids, CarryTimeVersionAndVariant) {
  const auto id = source.next();
  EXPECT_EQ(time_of(id), clock.now());
  EXPECT_EQ(to_string(id), "01a1fdfa-4600-7000-bfff-ffffffffffff");
  random = 0;
  EXPECT_EQ(to_string(source.next()), "01a1fdfa-4600-7001-8000-000000000000");
}

TEST_F(MadeUuids, IncreaseWithinOneMillisecondHoweverManyTheyAre) {
  auto last = source.next();
  for (int i = 0; i < 3 * 4096; ++i) {
    random = static_cast<std::uint8_t>(random * 7 + 3);
    const auto next = source.next();
    ASSERT_LT(last, next) << i;
    ASSERT_LT(to_string(last), to_string(next)) << i;
    last = next;
  }
  EXPECT_EQ(time_of(last), clock.now() + std::chrono::milliseconds(3)) << "time was borrowed";
}

TEST_F(MadeUuids, IncreaseWhenTheClockStepsBack) {
  const auto before = source.next();
  clock.ms -= 3'600'000;
  const auto after = source.next();
  EXPECT_LT(before, after);
  EXPECT_EQ(time_of(after), time_of(before));
  clock.ms += 3'600'001;
  const auto later = source.next();
  EXPECT_LT(after, later);
  EXPECT_EQ(time_of(later), clock.now());
}

TEST_F(MadeUuids, HoldSixtyTwoBitsThatNobodyCanGuess) {
  UuidSource ones(clock, [](std::span<std::uint8_t> out) { fill_with(out, 0xff); });
  UuidSource zeros(clock, [](std::span<std::uint8_t> out) { fill_with(out, 0x00); });
  const auto one = ones.next();
  const auto zero = zeros.next();
  int differing = 0;
  for (std::size_t i = 0; i < one.bytes.size(); ++i) {
    differing += std::popcount(static_cast<unsigned>(one.bytes[i] ^ zero.bytes[i]));
  }
  EXPECT_EQ(differing, 62);
}

}  // namespace
}  // namespace hub
