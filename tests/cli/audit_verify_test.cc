#include <gmock/gmock.h>

#include <array>
#include <fstream>

#include "audit/log/checkpointer.h"
#include "audit/log/log.h"
#include "core/base/clock.h"
#include "core/crypto/key_file.h"
#include "core/storage/store.h"
#include "tests/cli/hubctl.h"

namespace hub::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class HandClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return from_ms(1'795'262'400'000); }
  [[nodiscard]] SteadyTime steady() const override { return SteadyTime(std::chrono::hours(1)); }
};

// A party's keys as hubctl makes them, and its store with 40 entries in its log.
struct AuditVerify : Hubctl {
  void SetUp() override {
    make_keys("E09000007");
    options.file = at("agent.db");
    options.application_id = 7;
    options.migrations = migrations;
    storage::Store::create(options, key());
    append(40);
  }
  [[nodiscard]] crypto::StoreKey key() const {
    return crypto::read_key_file<crypto::StoreKeyKind>(at("E09000007/store.key"));
  }
  // Opens the store, does this, signs the log if it is to be, and closes the store.
  void with_store(const std::function<void(storage::Connection&, audit::Log&)>& act,
                  bool sign = true) {
    const auto opened_with = key();
    audit::Log log("test.hub/audit/E09000007", "E09000007", clock,
                   audit::search_key_of(opened_with));
    const crypto::LogKey signer(crypto::read_key_file<crypto::LogKind>(at("E09000007/log.key")));
    storage::Store store(options, opened_with, &log, clock);
    ASSERT_TRUE(store.commit([&](storage::Connection& c) { act(c, log); }));
    if (sign) {
      store
          .read([&](storage::Connection& c) {
            return std::make_unique<audit::Checkpointer>(
                log, signer, audit::Checkpointer::beside(options.file), clock, c);
          })
          ->sign();
    }
    store.close();
  }
  void append(int count) {
    with_store([&](storage::Connection& c, audit::Log& log) {
      audit::Entry entry;
      entry.act = "disclosure";
      entry.outcome = "permitted";
      for (int i = 0; i < count; ++i) log.append(c, entry, audit::detail_by("somebody"));
    });
  }
  [[nodiscard]] Said verify(const std::vector<std::string>& more = {},
                            bool terminal = false) const {
    std::vector<std::string> arguments{"audit",        "verify", "--store",
                                       at("agent.db"), "--keys", at("E09000007")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return hubctl(arguments, terminal);
  }
  // Changes one byte in the middle of the store's file.
  void damage() const {
    std::fstream file(at("agent.db"), std::ios::binary | std::ios::in | std::ios::out);
    const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(at("agent.db")) / 2);
    file.seekg(middle);
    const auto byte = file.get();
    file.seekp(middle);
    file.put(static_cast<char>(byte ^ 1));
  }

  HandClock clock;
  std::array<storage::Migration, 2> migrations{
      {{1, audit::kLogTables}, {2, storage::kKeyRunsTables}}};
  storage::StoreOptions options;
};

TEST_F(AuditVerify, FindsASoundStoreSound) {
  const auto said = verify();
  EXPECT_EQ(said.exit, Exit::Ok) << said.err;
  EXPECT_THAT(said.out, HasSubstr(at("agent.db") + ": sound. 40 entries lead to root "));
  EXPECT_THAT(said.out, HasSubstr("signed up to entry 40"));
  EXPECT_THAT(said.err, Not(HasSubstr("FOUND")));
}

TEST_F(AuditVerify, SaysTheSameToMachines) {
  const auto said = verify({"--json"});
  EXPECT_EQ(said.exit, Exit::Ok);
  EXPECT_EQ(std::ranges::count(said.out, '\n'), 1);
  const auto report = json::parse(said.out);
  EXPECT_EQ(report.at("sound"), true);
  EXPECT_THAT(report.at("findings"), IsEmpty());
  EXPECT_EQ(report.at("entries"), 40);
  EXPECT_EQ(report.at("signed"), 40);
  EXPECT_EQ(report.at("store"), at("agent.db"));
  EXPECT_GT(report.at("pages"), 0);
}

TEST_F(AuditVerify, ShowsProgressOnATerminalOnly) {
  EXPECT_THAT(verify().err, Not(HasSubstr("\r")));
  EXPECT_THAT(verify({}, true).err, HasSubstr("\rverifying ["));
}

TEST_F(AuditVerify, FindsADamagedStoreAndEndsWithOne) {
  damage();
  const auto said = verify();
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.err, HasSubstr("FOUND  "));
  EXPECT_THAT(said.err, HasSubstr("tell the auditor"));
  EXPECT_EQ(said.out, "");
  const auto report = json::parse(verify({"--json"}).out);
  EXPECT_EQ(report.at("sound"), false);
  EXPECT_THAT(report.at("findings"), Not(IsEmpty()));
}

TEST_F(AuditVerify, FindsAnEntryThatWasRewrittenByWhoHoldsTheKey) {
  with_store(
      [](storage::Connection& c, audit::Log&) {
        c.run(
            "UPDATE log_entry SET leaf = CAST(replace(CAST(leaf AS TEXT), 'permitted', 'refused')"
            " AS BLOB) WHERE idx = 10");
      },
      false);
  const auto said = verify();
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.err, HasSubstr("FOUND  "));
}

TEST_F(AuditVerify, FindsACheckpointThatIsMissingOrOfAnotherLog) {
  std::filesystem::remove(audit::Checkpointer::beside(options.file));
  EXPECT_EQ(verify().exit, Exit::Refused);
  make_keys("E09000012");
  append(1);
  EXPECT_EQ(verify().exit, Exit::Ok);
  const auto other = json_of("E09000012/public.json").at("log").get<std::string>();
  EXPECT_EQ(verify({"--log-key", other}).exit, Exit::Refused);
  const auto own = json_of("E09000007/public.json").at("log").get<std::string>();
  EXPECT_EQ(verify({"--log-key", own}).exit, Exit::Ok);
}

TEST_F(AuditVerify, NeedsAKeyForTheLog) {
  for (const auto* content : {"rubbish", "[]", "{}", R"({"log": 7})", R"({"log": "rubbish"})"}) {
    folder.put("E09000007/public.json", content);
    const auto said = verify();
    EXPECT_EQ(said.exit, Exit::Environment) << content;
    EXPECT_THAT(said.err, HasSubstr("no log key"));
  }
  EXPECT_EQ(verify({"--log-key", "rubbish"}).exit, Exit::Environment);
}

TEST_F(AuditVerify, NeedsAStoreAndItsKey) {
  std::filesystem::remove(at("E09000007/store.key"));
  EXPECT_EQ(verify().exit, Exit::Environment);
  make_keys("E09000012");
  const auto missing =
      hubctl({"audit", "verify", "--store", at("none.db"), "--keys", at("E09000012")});
  EXPECT_EQ(missing.exit, Exit::Environment);
  EXPECT_THAT(missing.err, HasSubstr(at("none.db")));
}

}  // namespace
}  // namespace hub::cli
