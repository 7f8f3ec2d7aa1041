#include "core/base/encoding.h"

#include <gtest/gtest.h>

namespace hub {
namespace {

// RFC 4648 section 10.
TEST(Base64, AgreesWithTheRfcsVectors) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(to_base64(as_bytes(plain)), encoded);
    const auto back = from_base64(encoded);
    ASSERT_TRUE(back);
    EXPECT_EQ(as_text(*back), plain);
  }
}

TEST(Base64, RefusesEverySecondSpelling) {
  for (const auto* text :
       {"Zg=", "Zg", "Zh==", "Zm9=", "Z===", "====", "Zm9v\n", "Zm-_", "Zg==Zg=="}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
}

TEST(Hex, RoundTripsAndRefusesUpperCaseAndOddLength) {
  const Buffer bytes{0x00, 0x7f, 0xff};
  EXPECT_EQ(to_hex(bytes), "007fff");
  EXPECT_EQ(from_hex("007fff"), bytes);
  EXPECT_FALSE(from_hex("007FFF"));
  EXPECT_FALSE(from_hex("007ff"));
}

}  // namespace
}  // namespace hub
