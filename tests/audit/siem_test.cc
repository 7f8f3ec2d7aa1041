#include "audit/siem/siem.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "audit/siem/siem_settings.h"
#include "core/base/file.h"
#include "tests/audit/temporary_log.h"
#include "tests/base/temporary_folder.h"
#include "tests/transport/tls_server.h"

namespace hub::audit {
namespace {

using transport::TestTlsServer;

class SiemTest : public testing::Test {
 protected:
  [[nodiscard]] Siem::Parts parts() const {
    return {*temporary.store,
            *temporary.log,
            temporary.temporary.clock,
            {kTestOrigin, "hub-broker", "broker"},
            folder.path() / "broker.db"};
  }
  [[nodiscard]] SiemSettings to(std::uint16_t port) const {
    SiemSettings out;
    out.syslog = transport::TlsServer{"127.0.0.1", port, authority.file(), {}, {}};
    return out;
  }

  TemporaryFolder folder;
  TemporaryLog temporary;
  transport::TestAuthority authority{folder.path()};
  transport::TestAuthority::Pair own = authority.issue("server", "IP:127.0.0.1");
};

TEST_F(SiemTest, WithoutTargetsDoesNothing) {
  temporary.append(3);
  Siem siem({}, parts());
  siem.start();
  siem.stop();
  EXPECT_EQ(siem.status(), nlohmann::json::array());
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "broker.db.siem-file"));
}

TEST_F(SiemTest, CarriesTheLogToEachTargetWhileItGrows) {
  TestTlsServer server(own);
  auto settings = to(server.port());
  settings.file = folder.path() / "siem.jsonl";
  temporary.append(3);
  {
    Siem siem(settings, parts());
    siem.start();
    EXPECT_EQ(server.messages(3).size(), 3U);
    temporary.append(2);
    EXPECT_EQ(server.messages(5).size(), 5U);
    const auto status = siem.status();
    ASSERT_EQ(status.size(), 2U);
    EXPECT_EQ(status[0]["target"], "file");
    EXPECT_EQ(status[1]["target"], "syslog");
    EXPECT_EQ(status[1]["skipped"], 0);
    EXPECT_FALSE(status[1].contains("fault"));
  }
  const auto cursor = [&](const char* name) {
    return to_text(read_file(folder.path() / name, 100));
  };
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "broker.db.siem-syslog"))
      << "syslog has no receipts: after so short a time nothing is sure";
  // Whether the file had all of it when it stopped or not, the rest comes after the next start.
  auto rest = SiemSettings();
  rest.file = settings.file;
  const auto lines = [&] {
    const auto text = to_text(read_file(*settings.file, 1U << 20U));
    return std::ranges::count(text, '\n');
  };
  Siem again(rest, parts());
  again.start();
  for (int i = 0; i < 1'000'000 && again.status()[0]["behind"] != 0; ++i) std::this_thread::yield();
  again.stop();
  EXPECT_EQ(lines(), 5);
  EXPECT_EQ(cursor("broker.db.siem-file"), "5\n");
}

// It would fail by the time limit of the test.
TEST_F(SiemTest, StopsThoughTheServerNeverReads) {
  TestTlsServer::Options options;
  options.reads = false;
  TestTlsServer server(own, options);
  Entry large = TemporaryLog::entry(0);
  large.reason = std::string(1000, 'r');
  ASSERT_TRUE(temporary.store->commit([&](Connection& store) {
    for (int i = 0; i < 20'000; ++i) temporary.log->append(store, large, {});
  }));
  Siem siem(to(server.port()), parts());
  siem.start();
  const auto sent = [&] { return siem.status()[0]["sent"].get<std::uint64_t>(); };
  while (sent() == 0) std::this_thread::yield();
  temporary.append(1);  // the writer is not held up
  siem.stop();
  EXPECT_LT(sent(), 20'001U);
}

TEST_F(SiemTest, StopsThoughTheServerIsNotThere) {
  std::uint16_t port = 0;
  {
    const TestTlsServer gone(own);
    port = gone.port();
  }
  temporary.append(1);
  Siem siem(to(port), parts());
  siem.start();
  while (!siem.status()[0].contains("fault")) std::this_thread::yield();
  siem.stop();
  EXPECT_EQ(siem.status()[0]["fault"], "the server cannot be reached");
  EXPECT_EQ(siem.status()[0]["behind"], 1);
}

class SiemSettingsTest : public testing::Test {
 protected:
  // The mistakes, or an empty text.
  std::string read(const std::string& toml) {
    auto settings = Settings::read(folder.put("agent.toml", toml));
    found = read_siem_settings(settings);
    try {
      settings.finish();
      return {};
    } catch (const SettingsError& error) {
      return error.what();
    }
  }
  TemporaryFolder folder;
  SiemSettings found;
};

TEST_F(SiemSettingsTest, MayBeMissing) {
  EXPECT_EQ(read(""), "");
  EXPECT_FALSE(found.file);
  EXPECT_FALSE(found.syslog);
  EXPECT_EQ(found.max_behind, 100'000U);
}

TEST_F(SiemSettingsTest, AreReadFromTheTable) {
  EXPECT_EQ(read("[siem]\nfile = \"out/siem.jsonl\"\nsyslog = \"tls://siem.example:6514\"\n"
                 "ca = \"ca.pem\"\ncertificate = \"/etc/hub/own.pem\"\nkey = \"own.key\"\n"
                 "max_behind = 500\n"),
            "");
  EXPECT_EQ(found.file, folder.path() / "out/siem.jsonl");
  EXPECT_EQ(found.syslog, (transport::TlsServer{"siem.example", 6514, folder.path() / "ca.pem",
                                                "/etc/hub/own.pem", folder.path() / "own.key"}));
  EXPECT_EQ(found.max_behind, 500U);
}

TEST_F(SiemSettingsTest, AreRefusedWithEveryMistake) {
  const auto mistakes = read(
      "[siem]\nsyslog = \"siem.example\"\nca = 5\ncertificate = \"own.pem\"\nmax_behind = 1\n"
      "colour = \"red\"\n");
  for (const auto* const each :
       {"agent.toml:2: siem.syslog is not an address; expected tls://HOST:PORT",
        "agent.toml:3: siem.ca must be a text in quotes",
        "agent.toml:4: siem.certificate needs the other of",
        "agent.toml:5: siem.max_behind must be a whole number from 100 to 100000000",
        "agent.toml:6: siem.colour is not a setting"}) {
    EXPECT_NE(mistakes.find(each), std::string::npos) << each << " in\n" << mistakes;
  }
  EXPECT_NE(read("[siem]\nsyslog = \"tls://siem.example:6514\"\n").find("needs siem.ca"),
            std::string::npos);
  EXPECT_NE(read("[siem]\nfile = \"x\"\nca = \"ca.pem\"\n").find("siem.ca is for siem.syslog"),
            std::string::npos);
  EXPECT_NE(read("[siem]\nfile = \"\"\n").find("must not be empty"), std::string::npos);
}

}  // namespace
}  // namespace hub::audit
