#include "core/base/encoding.h"

#include <gtest/gtest.h>

#include "tests/base/flipped.h"

namespace hub {
namespace {

// RFC 4648 section 10.
TEST(Base64, AgreesWithTheRfcsVectors) {
  const std::vector<std::pair<const char*, const char*>> vectors{{"", ""},
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

TEST(Base64, RoundTripsAtEveryLengthAndForEveryByte) {
  Buffer bytes;
  for (int i = 0; i < 0x100; ++i) {
    ASSERT_EQ(from_base64(to_base64(bytes)), bytes) << i;
    ASSERT_EQ(to_base64(bytes).size(), (bytes.size() + 2) / 3 * 4);
    bytes.push_back(static_cast<std::uint8_t>(255 - i));
  }
}

// One spelling for a value: what is accepted is written the same way again.
template <class Decode, class Encode>
void expect_one_spelling(const std::string& text, Decode decode, Encode encode) {
  const auto value = decode(text);
  ASSERT_TRUE(value);
  std::vector<std::string> others{text + "A", text + "0", text + "\n", " " + text, text + '\0'};
  for (std::size_t size = 0; size < text.size(); ++size) others.push_back(text.substr(0, size));
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    others.push_back(flipped(text, bit));
  }
  for (const auto& other : others) {
    const auto read = decode(other);
    if (!read) continue;
    EXPECT_NE(*read, *value) << other;
    EXPECT_EQ(encode(*read), other);
  }
}

TEST(Base64, HasOneSpellingTruncatedLengthenedOrWithAnyBitFlipped) {
  for (const auto* plain : {"f", "fo", "foo", "foobarbaz!"}) {
    expect_one_spelling(to_base64(as_bytes(plain)), from_base64, to_base64);
  }
}

TEST(Hex, HasOneSpellingTruncatedLengthenedOrWithAnyBitFlipped) {
  expect_one_spelling("00017f80ff", from_hex, to_hex);
}

TEST(Hex, RoundTripsAndRefusesUpperCaseAndOddLength) {
  const Buffer bytes{0x00, 0x7f, 0xff};
  EXPECT_EQ(to_hex(bytes), "007fff");
  EXPECT_EQ(from_hex("007fff"), bytes);
  EXPECT_FALSE(from_hex("007FFF"));
  EXPECT_FALSE(from_hex("007ff"));
  EXPECT_FALSE(from_hex("0x7f"));
  EXPECT_FALSE(from_hex("7 "));
  EXPECT_EQ(from_hex(""), Buffer());
}

}  // namespace
}  // namespace hub
