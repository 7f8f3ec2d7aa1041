#include <gmock/gmock.h>

#include "audit/pack/pack_files.h"
#include "audit/witness/tlog_policy.h"
#include "tests/audit/packed_log.h"
#include "tests/cli/hubctl.h"

namespace hub::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

struct AuditPack : Hubctl {
  audit::PackedLog log;
  audit::ZipMembers members = log.pack();

  void SetUp() override { put("pack.zip", members); }
  void put(const std::string& name, const audit::ZipMembers& content) const {
    folder.put(name, as_text(audit::write_zip(content)));
  }
  [[nodiscard]] Said verify(const std::string& name, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"audit", "verify", at(name)});
    return hubctl(more);
  }
  [[nodiscard]] std::string vkey() const { return log.verifier().vkey(); }
};

TEST_F(AuditPack, IsVerifiedByWhoHasTheLogsKeyAndNothingElse) {
  const auto said = verify("pack.zip", {"--log-key", vkey()});
  EXPECT_EQ(said.exit, Exit::Ok) << said.err;
  EXPECT_THAT(said.out, HasSubstr("pack.zip: sound\nlog        test.hub/audit/E09000012\n"));
  EXPECT_THAT(said.out, HasSubstr("entries    6\n"));
  EXPECT_THAT(said.out, HasSubstr("items      7 opened, 5 closed, 1 erased; of 1 entry all\n"));
  EXPECT_THAT(said.out, HasSubstr("packed     as entry 19 of the log records\n"));
  EXPECT_THAT(said.out, HasSubstr("signed     by the log, at 20 entries, root "));
  EXPECT_THAT(said.out,
              HasSubstr("witnessed  4 of these entries, by 3 of 4 witnesses (3 needed), at "
                        "2026-11-21T12:00:00.000Z, with the first 15 entries"));
  EXPECT_THAT(said.out, HasSubstr("continues  the checkpoint of 7 entries"));
  EXPECT_THAT(said.err, HasSubstr("the witnesses' keys are what the pack says"));
  EXPECT_THAT(said.err, Not(HasSubstr("anybody can make such a pack")));
}

TEST_F(AuditPack, SaysLoudlyWhenItBelievesThePackItself) {
  const auto said = verify("pack.zip");
  EXPECT_EQ(said.exit, Exit::Ok);
  EXPECT_THAT(said.err, HasSubstr("NOTE   the log's key is what the pack says: anybody can make"));
  folder.put("policy", members.at("policy"));
  EXPECT_EQ(verify("pack.zip", {"--policy", at("policy")}).err, "");
}

TEST_F(AuditPack, SaysTheSameToMachines) {
  const auto said = verify("pack.zip", {"--json", "--log-key", vkey()});
  EXPECT_EQ(said.exit, Exit::Ok);
  const auto report = json::parse(said.out);
  EXPECT_EQ(report.at("sound"), true);
  EXPECT_EQ(report.at("entries"), 6);
  EXPECT_EQ(report.at("cosigned"), 15);
  EXPECT_EQ(report.at("since"), 7);
  EXPECT_EQ(report.at("log_key_given"), true);
}

TEST_F(AuditPack, NamesEachFaultByMemberAndEntry) {
  auto changed = members;
  auto& lines = changed.at("entries.ndjson");
  lines.replace(lines.find("Hackney"), 7, "Camden ");
  put("changed.zip", changed);
  const auto said = verify("changed.zip", {"--log-key", vkey()});
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_EQ(said.out, "");
  EXPECT_THAT(said.err, HasSubstr("FOUND  entries.ndjson: it is not as the manifest says\n"));
  EXPECT_THAT(said.err, HasSubstr("FOUND  entries.ndjson: entry 2: its items are not those"));
  EXPECT_THAT(said.err, HasSubstr("do not rely on this pack"));
  changed["../x"] = "";
  put("changed.zip", changed);
  EXPECT_THAT(verify("changed.zip").err, HasSubstr("FOUND  \"../x\": no pack has a member"));
  EXPECT_FALSE(json::parse(verify("changed.zip", {"--json"}).out).at("findings").empty());
}

TEST_F(AuditPack, EndsWithThreeForWhatIsNoPack) {
  const auto archive = text_of("pack.zip");
  folder.put("cut.zip", archive.substr(0, archive.size() / 2));
  folder.put("empty.zip", "");
  put("bomb.zip", {{"checkpoint", std::string(8U << 20U, ' ')}});
  for (const auto* name : {"cut.zip", "empty.zip", "bomb.zip", "missing.zip"}) {
    const auto said = verify(name);
    EXPECT_EQ(said.exit, Exit::Environment) << name;
    EXPECT_THAT(said.err, HasSubstr(at(name)));
  }
}

TEST_F(AuditPack, IsVerifiedOrAStoreIsAndNotBoth) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"audit", "verify"},
        {"audit", "verify", at("pack.zip"), "--store", at("agent.db")},
        {"audit", "verify", at("pack.zip"), "--keys", at("keys")},
        {"audit", "verify", "--store", at("agent.db")},
        {"audit", "verify", "--store", at("agent.db"), "--keys", at("keys"), "--tsa-ca", "x"}}) {
    const auto said = hubctl(arguments);
    EXPECT_EQ(said.exit, Exit::Usage);
    EXPECT_THAT(said.err, HasSubstr("give a pack, or a store with --store and --keys"));
  }
  EXPECT_EQ(verify("pack.zip", {"--log-key", "rubbish"}).exit, Exit::Environment);
  folder.put("policy", "rubbish");
  EXPECT_EQ(verify("pack.zip", {"--policy", at("policy")}).exit, Exit::Environment);
}

TEST_F(AuditPack, TakesNoTimeStampOfSomethingElse) {
  const std::string token = HUB_SOURCE_DIR "/tests/crypto/data/time_stamp/granted.tsr";
  const auto before = text_of("pack.zip");
  const auto said = hubctl({"audit", "stamp", at("pack.zip"), "--token", token});
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.err, HasSubstr("checkpoint.tsr: the time stamp is of something else"));
  EXPECT_EQ(text_of("pack.zip"), before);
  auto changed = members;
  changed.at("README.txt") += "more";
  put("changed.zip", changed);
  EXPECT_THAT(hubctl({"audit", "stamp", at("changed.zip"), "--token", token}).err,
              HasSubstr("does not verify"));
}

TEST_F(AuditPack, AsksNoDaemonForWhatMakesNoSense) {
  const auto pack = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"audit", "pack", at("new.zip"), "--socket", at("none.sock"),
                               "--because", "a test", "--purpose", "integrity"});
    return hubctl(more);
  };
  EXPECT_EQ(pack({"--entries", "0"}).exit, Exit::Environment);  // asks, and nobody answers
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{},
        {"--entries", "5-4"},
        {"--record", "rubbish"},
        {"--entries", "0", "--record", "00000000-0000-0000-0000-000000000001"},
        {"--entries", "0", "--open", "everything"},
        {"--entries", "0", "--since", at("pack.zip")}}) {
    EXPECT_EQ(pack(wrong).exit, Exit::Usage);
  }
  EXPECT_FALSE(is_there("new.zip"));
}

}  // namespace
}  // namespace hub::cli
