#include "core/crypto/hpke.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/byte_reader.h"
#include "core/base/encoding.h"

namespace hub::crypto {
namespace {

Buffer hex(const nlohmann::json& value) { return from_hex(value.get<std::string>()).value(); }

std::array<std::uint8_t, 32> array32(const Buffer& bytes) { return ByteReader(bytes).array<32>(); }

TEST(Hpke, AgreesWithTheRfc9180VectorsInBothDirections) {
  std::ifstream file(HUB_SOURCE_DIR "/tests/crypto/data/rfc9180_base_x25519_chacha20poly1305.json");
  const auto vectors = nlohmann::json::parse(file);
  std::size_t checked = 0;
  for (const auto& vector : vectors) {
    const auto info = hex(vector["info"]);
    const auto ephemeral = EpochSecret::from(hex(vector["skEm"])).value();
    const auto recipient = EpochSecret::from(hex(vector["skRm"])).value();
    ASSERT_EQ(public_of(recipient), array32(hex(vector["pkRm"])));

    auto sender = HpkeSender::setup(public_of(recipient), info, ephemeral);
    ASSERT_TRUE(sender);
    EXPECT_EQ(sender->encapsulated(), array32(hex(vector["enc"])));
    const auto opener = HpkeRecipient::setup(recipient, sender->encapsulated(), info);
    ASSERT_TRUE(opener);

    const auto base_nonce = hex(vector["base_nonce"]);
    for (const auto& step : vector["encryptions"]) {
      const auto nonce = hex(step["nonce"]);
      const std::uint64_t number = static_cast<std::uint64_t>((nonce[10] ^ base_nonce[10]) << 8 |
                                                              (nonce[11] ^ base_nonce[11]));
      while (sender->next_sequence() < number) (void)sender->seal({}, {});
      EXPECT_EQ(sender->seal(hex(step["aad"]), hex(step["pt"])), hex(step["ct"])) << number;
      EXPECT_EQ(opener->open(number, hex(step["aad"]), hex(step["ct"])), hex(step["pt"])) << number;
      ++checked;
    }
  }
  EXPECT_GE(checked, 6U);
}

struct HpkePair : testing::Test {
  EpochSecret recipient = EpochSecret::random();
  HpkeSender sender =
      HpkeSender::setup(public_of(recipient), as_bytes("info"), EpochSecret::random()).value();
  Buffer sealed = sender.seal(as_bytes("aad"), as_bytes("content key"));

  std::optional<Buffer> open(std::string_view info, std::uint64_t number, std::string_view aad,
                             Bytes text) {
    return HpkeRecipient::setup(recipient, sender.encapsulated(), as_bytes(info))
        ->open(number, as_bytes(aad), text);
  }
};

TEST_F(HpkePair, OpensOnlyWithTheSameInfoNumberAndAssociatedData) {
  EXPECT_TRUE(open("info", 0, "aad", sealed));
  EXPECT_FALSE(open("other", 0, "aad", sealed));
  EXPECT_FALSE(open("info", 1, "aad", sealed));
  EXPECT_FALSE(open("info", 0, "other", sealed));
}

TEST_F(HpkePair, RefusesEveryFlippedBitAndEveryTruncation) {
  for (std::size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
    auto forged = sealed;
    forged[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(open("info", 0, "aad", forged)) << bit;
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(open("info", 0, "aad", Bytes(sealed).first(size))) << size;
  }
}

TEST(HpkeSetup, RefusesALowOrderPublicKey) {
  EXPECT_FALSE(HpkeSender::setup(EpochPublic{}, {}, EpochSecret::random()));
  EXPECT_FALSE(HpkeRecipient::setup(EpochSecret::random(), Encapsulated{}, {}));
}

}  // namespace
}  // namespace hub::crypto
