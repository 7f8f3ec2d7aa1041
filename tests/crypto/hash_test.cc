#include "core/crypto/hash.h"

#include <gtest/gtest.h>

#include "core/base/encoding.h"

namespace hub::crypto {
namespace {

TEST(Sha256, AgreesWithFips180) {
  EXPECT_EQ(to_hex(sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 pieces;
  pieces.add(as_bytes("a"));
  pieces.add(as_bytes("bc"));
  EXPECT_EQ(pieces.finish(), sha256(as_bytes("abc")));
  EXPECT_EQ(pieces.finish(), sha256({}));
}

// RFC 4231 test cases 2 and 6.
TEST(HmacSha256, AgreesWithRfc4231) {
  EXPECT_EQ(to_hex(hmac_sha256(as_bytes("Jefe"), {as_bytes("what do ya want for nothing?")})),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  const Buffer long_key(131, 0xaa);
  EXPECT_EQ(to_hex(hmac_sha256(
                long_key, {as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")})),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// RFC 5869 test case 1.
TEST(HkdfSha256, AgreesWithRfc5869) {
  const Buffer input(22, 0x0b);
  const auto salt = *from_hex("000102030405060708090a0b0c");
  const auto info = *from_hex("f0f1f2f3f4f5f6f7f8f9");
  EXPECT_EQ(to_hex(hkdf_expand(hkdf_extract(salt, input), info, 42)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
}

}  // namespace
}  // namespace hub::crypto
