#include "core/crypto/signing.h"

#include <gtest/gtest.h>

#include "core/base/byte_reader.h"
#include "core/base/encoding.h"

namespace hub::crypto {
namespace {

// RFC 8032 section 7.1, test 2.
TEST(Ed25519, AgreesWithRfc8032) {
  const EnvelopeKey key(
      EnvelopeKey::Seed::from(
          *from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
          .value());
  EXPECT_EQ(to_hex(key.verify_key().bytes),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const auto signature = key.sign(Buffer{0x72});
  EXPECT_EQ(to_hex(signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_TRUE(key.verify_key().verify(Buffer{0x72}, signature));
  EXPECT_FALSE(key.verify_key().verify(Buffer{0x73}, signature));
  EXPECT_FALSE(EnvelopeKey::generate().verify_key().verify(Buffer{0x72}, signature));
}

TEST(Secret, IsWipedWhenMovedFrom) {
  auto key = ContentKey::random();
  const auto copy = to_buffer(key.expose());
  const auto moved = std::move(key);
  EXPECT_TRUE(same_bytes(moved.expose(), copy));
  EXPECT_TRUE(same_bytes(key.expose(), Buffer(32)));  // NOLINT(bugprone-use-after-move)
}

}  // namespace
}  // namespace hub::crypto
