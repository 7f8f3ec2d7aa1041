// hubctl audit fork: what a witness has kept of a log that signed two histories.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/proof/checkpoint.h"
#include "audit/witness/fork_proof.h"
#include "core/crypto/note.h"
#include "tests/cli/hubctl.h"

namespace hub::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kOrigin = "test.hub/audit/E09000007";

class AuditFork : public Hubctl {
 protected:
  [[nodiscard]] std::string checkpoint(std::uint64_t size, std::string_view history) const {
    return crypto::sign_note(
        audit::checkpoint_text({kOrigin, size, crypto::sha256(as_bytes(history))}), kOrigin, key);
  }
  Said fork_of(const std::string& first, const std::string& second, const std::string& of) {
    folder.put("log.fork-proof", audit::write_fork_proof({first, second}));
    return hubctl({"audit", "fork", at("log.fork-proof"), "--log-key", of});
  }

  crypto::LogKey key = crypto::LogKey::generate();
  std::string vkey = crypto::NoteVerifier(kOrigin, key.verify_key().bytes).vkey();
};

TEST_F(AuditFork, ConvictsAKeyThatSignedTwoTreesOfOneSize) {
  const auto said = fork_of(checkpoint(9, "one"), checkpoint(9, "another"), vkey);
  EXPECT_EQ(said.exit, Exit::Ok) << said.err;
  EXPECT_THAT(said.out, HasSubstr("The key of test.hub/audit/E09000007 has signed two trees of 9"));
}

TEST_F(AuditFork, ConvictsNobodyOtherwise) {
  const auto other =
      crypto::NoteVerifier(kOrigin, crypto::LogKey::generate().verify_key().bytes).vkey();
  for (const auto& said : {fork_of(checkpoint(9, "one"), checkpoint(9, "one"), vkey),
                           fork_of(checkpoint(9, "one"), checkpoint(10, "another"), vkey),
                           fork_of(checkpoint(9, "one"), checkpoint(9, "another"), other)}) {
    EXPECT_EQ(said.exit, Exit::Refused);
    EXPECT_THAT(said.out, IsEmpty());
    EXPECT_THAT(said.err, HasSubstr("hubctl: "));
  }
  folder.put("log.fork-proof", "rubbish");
  EXPECT_EQ(hubctl({"audit", "fork", at("log.fork-proof"), "--log-key", vkey}).exit, Exit::Refused);
}

}  // namespace
}  // namespace hub::cli
