#include "core/crypto/body.h"

#include <gtest/gtest.h>

namespace hub::crypto {
namespace {

TEST(SealedBody, OpensWithItsKeyCommitmentAndAssociatedData) {
  const auto key = ContentKey::random();
  for (const std::size_t size : {0U, 1U, 2U, 100U, 1024U, 70'000U}) {
    const Buffer body(size, 0x80);  // the padding mark itself must survive as content
    const auto sealed = seal_body(key, as_bytes("header"), body);
    EXPECT_EQ(open_body(key, commitment_to(key), as_bytes("header"), sealed), body);
    EXPECT_FALSE(open_body(key, commitment_to(key), as_bytes("another"), sealed));
    EXPECT_FALSE(open_body(key, Digest{}, as_bytes("header"), sealed));
    EXPECT_FALSE(open_body(ContentKey::random(), commitment_to(key), as_bytes("header"), sealed));
  }
}

TEST(SealedBody, RefusesEveryFlippedBitAndTruncation) {
  const auto key = ContentKey::random();
  const auto sealed = seal_body(key, {}, as_bytes("a body"));
  const auto commitment = commitment_to(key);
  for (std::size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
    auto forged = sealed;
    forged[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(open_body(key, commitment, {}, forged)) << bit;
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(open_body(key, commitment, {}, Bytes(sealed).first(size))) << size;
  }
}

// The examples of the PURBs paper's Padmé function: lengths keep only their leading bits.
TEST(PaddedSize, HidesSmallDifferencesAndNeverAddsMoreThanTwelvePercent) {
  EXPECT_EQ(padded_size(9), 10U);
  EXPECT_EQ(padded_size(1000), 1024U);
  EXPECT_EQ(padded_size(1001), padded_size(1020));
  for (std::size_t size = 1; size < 100'000; ++size) {
    ASSERT_GE(padded_size(size), size);
    ASSERT_LE(static_cast<double>(padded_size(size)), 1.12 * static_cast<double>(size) + 1);
    ASSERT_LE(padded_size(size), padded_size(size + 1));
  }
}

}  // namespace
}  // namespace hub::crypto
