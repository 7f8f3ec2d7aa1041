#include "audit/witness/tlog_policy.h"

#include <gtest/gtest.h>

#include "tests/audit/signed_log.h"

namespace hub::audit {
namespace {

TlogPolicy policy_with(std::size_t witnesses) {
  std::vector<crypto::CosignatureVerifier> keys;
  for (std::size_t i = 0; i < witnesses; ++i) {
    keys.emplace_back("test.hub/witness/" + std::to_string(i),
                      crypto::WitnessKey::generate().verify_key().bytes);
  }
  return policy_of(SignedLog().verifier(), std::move(keys));
}

TEST(TlogPolicy, IsReadAsItIsWritten) {
  for (const std::size_t witnesses : {0U, 1U, 4U, 33U, 64U}) {
    const auto text = write_tlog_policy(policy_with(witnesses));
    const auto read = parse_tlog_policy(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(write_tlog_policy(*read), text);
    EXPECT_EQ(read->witnesses.size(), witnesses);
  }
  EXPECT_EQ(policy_with(33).quorum, 22U);
}

TEST(TlogPolicy, HasNoOtherFormAndNoTruncation) {
  const auto text = write_tlog_policy(policy_with(4));
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(parse_tlog_policy(text.substr(0, size))) << size;
  }
  const auto with = [&](std::string_view what, std::string_view by) {
    auto out = text;
    return out.replace(out.find(what), what.size(), by);
  };
  for (const auto& other : {with("witnesses 3", "witnesses 0"), with("witnesses 3", "witnesses 5"),
                            with("witnesses 3", "witnesses all"), with(" w1 w2", " w2 w1"),
                            with(" w4\n", "\n"), with("quorum witnesses", "quorum none"),
                            with("witness w1", "witness a"), text + "\n", "# a remark\n" + text}) {
    EXPECT_FALSE(parse_tlog_policy(other)) << other;
  }
}

}  // namespace
}  // namespace hub::audit
