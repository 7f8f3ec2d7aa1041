#include <gmock/gmock.h>
#include <sys/stat.h>

#include "core/base/encoding.h"
#include "core/base/result.h"
#include "core/crypto/cosignature.h"
#include "core/crypto/key_file.h"
#include "core/crypto/note.h"
#include "tests/cli/hubctl.h"

namespace hub::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Keys : Hubctl {
  [[nodiscard]] mode_t mode_of(const std::string& name) const {
    struct stat info{};
    EXPECT_EQ(::stat(at(name).c_str(), &info), 0) << name;
    return info.st_mode & 07777U;
  }
  [[nodiscard]] std::vector<std::string> new_of(const std::string& party,
                                                const std::string& hub = "test.hub") const {
    return {"keys", "new", "--party", party, "--hub", hub, "--out", at("keys")};
  }
};

TEST_F(Keys, AreMadeEachInAFileOfItsOwnThatOnlyItsOwnerReads) {
  ASSERT_EQ(hubctl(new_of("E09000007")).exit, Exit::Ok);
  EXPECT_EQ(mode_of("keys"), 0700U);
  EXPECT_EQ(mode_of("keys/public.json"), 0644U);
  for (const auto* name : {"identity", "envelope", "log", "witness", "transport", "store"}) {
    EXPECT_EQ(mode_of("keys/" + std::string(name) + ".key"), 0600U) << name;
    EXPECT_TRUE(text_of("keys/" + std::string(name) + ".key")
                    .starts_with("hub-key-v1 " + std::string(name) + "\n"));
  }
}

TEST_F(Keys, HaveTheirPublicHalvesInPublicJson) {
  auto arguments = new_of("E09000007");
  arguments.insert(arguments.end(), {"--name", "Camden", "--governance", at("governance.key")});
  ASSERT_EQ(hubctl(arguments).exit, Exit::Ok);
  const auto about = json_of("keys/public.json");
  const crypto::IdentityKey identity(
      crypto::read_key_file<crypto::Identity>(at("keys/identity.key")));
  const crypto::EnvelopeKey envelope(
      crypto::read_key_file<crypto::Envelope>(at("keys/envelope.key")));
  const crypto::LogKey log(crypto::read_key_file<crypto::LogKind>(at("keys/log.key")));
  const crypto::GovernanceKey governance(
      crypto::read_key_file<crypto::Governance>(at("governance.key")));
  const auto transport = crypto::read_key_file<crypto::TransportKind>(at("keys/transport.key"));
  EXPECT_EQ(about.at("code"), "E09000007");
  EXPECT_EQ(about.at("name"), "Camden");
  EXPECT_EQ(about.at("identity"), to_base64(identity.verify_key().bytes));
  EXPECT_EQ(about.at("envelope"), to_base64(envelope.verify_key().bytes));
  EXPECT_EQ(about.at("transport"), to_base64(crypto::public_of(transport)));
  EXPECT_EQ(about.at("log"),
            crypto::NoteVerifier("test.hub/audit/E09000007", log.verify_key().bytes).vkey());
  EXPECT_EQ(about.at("governance"),
            crypto::NoteVerifier("E09000007/governance", governance.verify_key().bytes).vkey());
  EXPECT_EQ(mode_of("governance.key"), 0600U);
  const crypto::WitnessKey witness(
      crypto::read_key_file<crypto::WitnessKind>(at("keys/witness.key")));
  EXPECT_EQ(
      about.at("witness"),
      crypto::CosignatureVerifier("test.hub/witness/E09000007", witness.verify_key().bytes).vkey());
}

TEST_F(Keys, OfTheBrokerCosignNothing) {
  ASSERT_EQ(hubctl(new_of("broker")).exit, Exit::Ok);
  EXPECT_FALSE(is_there("keys/witness.key"));
  EXPECT_FALSE(json_of("keys/public.json").contains("witness"));
}

// The agent keeps the public half; the secret half goes where it is told.
TEST_F(Keys, HaveARecoveryKeyInTwoHalves) {
  ASSERT_EQ(hubctl(new_of("E09000007")).exit, Exit::Ok);
  const auto secret = crypto::read_key_file<crypto::RecoveryKind>(at("keys/recovery.key"));
  EXPECT_EQ(crypto::read_recovery_public(at("keys/recovery.public")), crypto::public_of(secret));
  EXPECT_EQ(hubctl({"keys", "add-recovery", "--keys", at("keys")}).exit, Exit::Environment);
  EXPECT_EQ(crypto::read_recovery_public(at("keys/recovery.public")), crypto::public_of(secret));
  std::filesystem::remove(at("keys/recovery.key"));
  std::filesystem::remove(at("keys/recovery.public"));
  EXPECT_FALSE(crypto::read_recovery_public(at("keys/recovery.public")));
  const auto said =
      hubctl({"keys", "add-recovery", "--keys", at("keys"), "--recovery", at("safe.key")});
  ASSERT_EQ(said.exit, Exit::Ok) << said.err;
  EXPECT_FALSE(is_there("keys/recovery.key"));
  EXPECT_EQ(crypto::read_recovery_public(at("keys/recovery.public")),
            crypto::public_of(crypto::read_key_file<crypto::RecoveryKind>(at("safe.key"))));
  folder.put("keys/recovery.public", "hub-public-v1 recovery\nrubbish\n");
  EXPECT_THROW((void)crypto::read_recovery_public(at("keys/recovery.public")), EnvError);
  folder.put("keys/recovery.public",
             "hub-public-v1 recovery\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
  EXPECT_THROW((void)crypto::read_recovery_public(at("keys/recovery.public")), EnvError)
      << "a point of low order";
}

TEST_F(Keys, OfAnOlderAgentGetAWitnessKeyOnce) {
  ASSERT_EQ(hubctl(new_of("E09000007")).exit, Exit::Ok);
  std::filesystem::remove(at("keys/witness.key"));
  auto older = json_of("keys/public.json");
  older.erase("witness");
  folder.put("keys/public.json", older.dump());
  ASSERT_EQ(hubctl({"keys", "add-witness", "--keys", at("keys")}).exit, Exit::Ok);
  const crypto::WitnessKey witness(
      crypto::read_key_file<crypto::WitnessKind>(at("keys/witness.key")));
  older["witness"] =
      crypto::CosignatureVerifier("test.hub/witness/E09000007", witness.verify_key().bytes).vkey();
  EXPECT_EQ(json_of("keys/public.json"), older);
  EXPECT_EQ(hubctl({"keys", "add-witness", "--keys", at("keys")}).exit, Exit::Environment);
  EXPECT_EQ(json_of("keys/public.json"), older) << "and nothing was changed";
}

// The key stays, the origin is the next one; everything else is as it was.
TEST_F(Keys, OpenTheLogAnewUnderItsNextOrigin) {
  ASSERT_EQ(hubctl(new_of("E09000007")).exit, Exit::Ok);
  const auto before = json_of("keys/public.json");
  for (const auto* origin : {"test.hub/audit/E09000007/2", "test.hub/audit/E09000007/3"}) {
    const auto said = hubctl({"keys", "next-log", "--keys", at("keys")});
    ASSERT_EQ(said.exit, Exit::Ok) << said.err;
    EXPECT_THAT(said.out, HasSubstr(origin));
    auto now = json_of("keys/public.json");
    const auto log = crypto::NoteVerifier::parse(now.at("log").get_ref<const std::string&>());
    ASSERT_TRUE(log);
    EXPECT_EQ(log->name(), origin);
    EXPECT_EQ(log->key(), crypto::NoteVerifier::parse(before.at("log").get<std::string>())->key());
    now["log"] = before["log"];
    EXPECT_EQ(now, before);
  }
  folder.put("keys/public.json", "{}");
  EXPECT_EQ(hubctl({"keys", "next-log", "--keys", at("keys")}).exit, Exit::Environment);
}

TEST_F(Keys, LeaveNoSecretInWhatIsSaidOrPublished) {
  const auto said = hubctl(new_of("E09000007"));
  for (const auto* name : {"identity", "envelope", "log", "witness", "transport", "store"}) {
    const auto content = text_of("keys/" + std::string(name) + ".key");
    const auto line = content.find('\n') + 1;
    const auto secret = content.substr(line, content.size() - line - 1);
    ASSERT_EQ(secret.size(), 44U);
    EXPECT_THAT(said.out + said.err, Not(HasSubstr(secret))) << name;
    EXPECT_THAT(text_of("keys/public.json"), Not(HasSubstr(secret))) << name;
  }
  EXPECT_THAT(said.out, HasSubstr(at("keys/public.json")));
  EXPECT_EQ(said.err, "");
}

TEST_F(Keys, AreNeverMadeOverOthers) {
  ASSERT_EQ(hubctl(new_of("E09000007")).exit, Exit::Ok);
  std::map<std::string, std::string> before;
  for (const auto& entry : std::filesystem::directory_iterator(at("keys"))) {
    const auto name = "keys/" + entry.path().filename().string();
    before[name] = text_of(name);
  }
  const auto again = hubctl(new_of("E09000012"));
  EXPECT_EQ(again.exit, Exit::Environment);
  EXPECT_THAT(again.err, HasSubstr("identity.key"));
  EXPECT_EQ(again.out, "");
  for (const auto& [name, content] : before) EXPECT_EQ(text_of(name), content) << name;
}

TEST_F(Keys, AreNotMadeWhereOneOfThemIsThereAlready) {
  folder.put("governance.key", "another authority's");
  auto arguments = new_of("E09000007");
  arguments.insert(arguments.end(), {"--governance", at("governance.key")});
  const auto said = hubctl(arguments);
  EXPECT_EQ(said.exit, Exit::Environment);
  EXPECT_THAT(said.err, HasSubstr("governance.key is there already; no key was made"));
  EXPECT_FALSE(is_there("keys"));
  EXPECT_EQ(text_of("governance.key"), "another authority's");
}

TEST_F(Keys, DifferEveryTime) {
  make_keys("E09000007");
  make_keys("E09000012");
  for (const auto* name : {"identity", "envelope", "transport", "log", "governance"}) {
    EXPECT_NE(json_of("E09000007/public.json").at(name), json_of("E09000012/public.json").at(name));
  }
}

TEST_F(Keys, OfAPartyOrHubWithNoNameAreNotMade) {
  for (const auto* name : {"", "two words", "line\n", "caf\xC3\xA9", "a+b"}) {
    for (const auto& said : {hubctl(new_of(name)), hubctl(new_of("E09000007", name))}) {
      EXPECT_EQ(said.exit, Exit::Usage) << name;
      EXPECT_NE(said.err, "");
      EXPECT_FALSE(is_there("keys")) << name;
    }
  }
}

TEST_F(Keys, AreNotMadeInThePlaceOfAFile) {
  folder.put("keys", "a file");
  const auto said = hubctl(new_of("E09000007"));
  EXPECT_EQ(said.exit, Exit::Environment);
  EXPECT_THAT(said.err, HasSubstr(at("keys")));
}

}  // namespace
}  // namespace hub::cli
