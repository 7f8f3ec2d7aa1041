#include "core/crypto/time_stamp.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/file.h"

namespace hub::crypto {
namespace {

Buffer data(const std::string& name) {
  return read_file(HUB_SOURCE_DIR "/tests/crypto/data/time_stamp/" + name, kLargestTimeStamp);
}

std::string roots() { return to_text(data("root.pem")); }

const Digest kStamped = sha256(as_bytes("a checkpoint"));

TEST(TimeStamp, IsAskedForAsOpensslAsks) {
  EXPECT_EQ(time_stamp_query(kStamped), data("query.tsq"));
}

TEST(TimeStamp, SaysWhatItIsOfAndWhenAndByWhom) {
  const auto read = read_time_stamp(data("granted.tsr"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->digest, kStamped);
  EXPECT_EQ(to_iso(read->time), "2026-11-22T21:53:50.000Z");
  EXPECT_EQ(read->authority, "CN=Test Time Stamping,O=Test");
}

TEST(TimeStamp, HoldsUnderItsRootsLongAfterTheyHaveExpired) {
  const auto verified = verify_time_stamp(data("granted.tsr"), kStamped, roots());
  ASSERT_TRUE(verified) << describe(verified.error());
  EXPECT_EQ(*verified, *read_time_stamp(data("granted.tsr")));
  EXPECT_TRUE(
      verify_time_stamp(data("granted.tsr"), kStamped, to_text(data("other-root.pem")) + roots()));
}

TEST(TimeStamp, DoesNotHoldForAnythingElse) {
  const auto verified = [](const Digest& digest, const std::string& pem) {
    return verify_time_stamp(data("granted.tsr"), digest, pem);
  };
  EXPECT_EQ(verified(sha256(as_bytes("another")), roots()).error(), TimeStampError::OtherDigest);
  EXPECT_EQ(verified(kStamped, to_text(data("other-root.pem"))).error(),
            TimeStampError::NotTrusted);
  for (const auto* none : {"", "rubbish", "-----BEGIN CERTIFICATE-----\nAAAA\n"}) {
    EXPECT_EQ(verified(kStamped, none).error(), TimeStampError::NoRoots) << none;
  }
}

TEST(TimeStamp, IsNotReadFromARefusalOrAnotherHash) {
  EXPECT_EQ(read_time_stamp(data("refused.tsr")).error(), TimeStampError::NotGranted);
  EXPECT_EQ(read_time_stamp(data("sha512.tsr")).error(), TimeStampError::Malformed);
  EXPECT_EQ(read_time_stamp(data("query.tsq")).error(), TimeStampError::Malformed);
  EXPECT_EQ(read_time_stamp(Buffer(kLargestTimeStamp + 1)).error(), TimeStampError::Malformed);
}

TEST(TimeStamp, IsWholeAndHasNothingBehindIt) {
  auto response = data("granted.tsr");
  for (std::size_t size = 0; size < response.size(); ++size) {
    EXPECT_FALSE(read_time_stamp(Bytes(response).first(size))) << size;
  }
  response.push_back(0);
  EXPECT_FALSE(read_time_stamp(response));
}

// What a flipped bit leaves readable is either not signed any more, or says the same: some bits
// (a status text, a certificate that nobody needs) are under no signature.
TEST(TimeStamp, NeverSaysAnotherTimeOrDigestAfterAFlippedBit) {
  const auto response = data("granted.tsr");
  const auto told = read_time_stamp(response);
  for (std::size_t at = 0; at < response.size(); ++at) {
    auto changed = response;
    changed[at] = static_cast<std::uint8_t>(changed[at] ^ (1U << (at % 8)));
    const auto verified = verify_time_stamp(changed, kStamped, roots());
    EXPECT_TRUE(!verified || verified->time == told->time) << "byte " << at;
  }
}

}  // namespace
}  // namespace hub::crypto
