#include "audit/siem/forwarder.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "audit/siem/file_target.h"
#include "audit/siem/syslog_target.h"
#include "core/base/encoding.h"
#include "core/base/file.h"
#include "core/crypto/merkle.h"
#include "tests/audit/ocsf_schema.h"
#include "tests/audit/temporary_log.h"
#include "tests/base/temporary_folder.h"
#include "tests/transport/tls_server.h"

namespace hub::audit {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using transport::TestTlsServer;

// Far more than it takes for another thread to have its turn.
constexpr int kMostSteps = 10'000'000;

json event_in(const std::string& message) {
  const auto at = message.find("\xEF\xBB\xBF");
  return at == std::string::npos ? json() : json::parse(message.substr(at + 3));
}

// Numbers of the entries, -1 for a gap.
std::vector<std::int64_t> numbers(const std::vector<json>& events) {
  std::vector<std::int64_t> out;
  for (const auto& event : events) {
    const auto& metadata = event.at("metadata");
    out.push_back(metadata.contains("sequence") ? metadata["sequence"].get<std::int64_t>() : -1);
  }
  return out;
}

std::vector<std::int64_t> from_to(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(last - first + 1));
  std::iota(out.begin(), out.end(), first);
  return out;
}

class ForwarderTest : public testing::Test {
 protected:
  Forwarder forwarder(SiemTarget& target, std::uint64_t max_behind = 1000) {
    return Forwarder(
        {*temporary.store, *temporary.log, clock(), source, target, cursor, max_behind});
  }
  [[nodiscard]] storage::HandClock& clock() const { return temporary.temporary.clock; }

  // Until there is nothing to do, or something is wrong.
  static void run(Forwarder& forwarder) {
    for (int i = 0; i < kMostSteps; ++i) {
      if (forwarder.step() > 0ms) return;
    }
    FAIL() << "it never comes to an end";
  }

  std::vector<json> written() const {
    std::vector<json> out;
    if (!std::filesystem::exists(file)) return out;
    const auto text = to_text(read_file(file, 64U << 20U));
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at);
      const auto line = text.substr(at, end - at);
      EXPECT_NE(end, std::string::npos) << "a torn line";
      if (end == std::string::npos) break;
      out.push_back(json::parse(line, nullptr, false));
      at = end + 1;
    }
    return out;
  }

  TemporaryFolder folder;
  TemporaryLog temporary;
  LogSource source{kTestOrigin, "hub-agent", "E09000007"};
  std::filesystem::path cursor = folder.path() / "cursor";
  std::filesystem::path file = folder.path() / "siem.jsonl";
};

class FileForwarder : public ForwarderTest {};

TEST_F(FileForwarder, WritesEveryEntryOnceWithTheHashOfItsLeaf) {
  temporary.append(300);
  FileTarget target(file);
  auto forwarding = forwarder(target);
  run(forwarding);
  temporary.append(5);
  run(forwarding);
  run(forwarding);
  const auto events = written();
  EXPECT_EQ(numbers(events), from_to(0, 304));
  const auto entries =
      temporary.store->read([](Connection& store) { return Log::entries(store, 0, 1000); });
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(ocsf_faults(events[i]), std::vector<std::string>());
    EXPECT_EQ(events[i]["raw_data_hash"]["value"],
              to_hex(crypto::leaf_hash(as_bytes(entries[i].leaf))));
  }
  EXPECT_EQ(forwarding.standing().sent, 305U);
  EXPECT_EQ(forwarding.standing().behind, 0U);
}

TEST_F(FileForwarder, CarriesNothingOfTheDetails) {
  temporary.append(20);
  FileTarget target(file);
  auto forwarding = forwarder(target);
  run(forwarding);
  EXPECT_EQ(to_text(read_file(file, 1U << 20U)).find("user-"), std::string::npos);
}

TEST_F(FileForwarder, SendsNothingThatIsNotCommitted) {
  temporary.append(3);
  FileTarget target(file);
  auto forwarding = forwarder(target);
  EXPECT_FALSE(temporary.store->commit([&](Connection& store) {
    temporary.log->append(store, TemporaryLog::entry(3), {});
    run(forwarding);
    throw EnvError("taken back");
  }));
  run(forwarding);
  EXPECT_EQ(numbers(written()), from_to(0, 2));
}

TEST_F(FileForwarder, GoesOnWhereItWasAfterARestart) {
  temporary.append(10);
  FileTarget target(file);
  {
    auto forwarding = forwarder(target);
    run(forwarding);
    forwarding.save();
  }
  temporary.append(3);
  auto again = forwarder(target);
  EXPECT_EQ(again.standing().sent, 10U);
  EXPECT_EQ(again.standing().behind, 3U);
  run(again);
  EXPECT_EQ(numbers(written()), from_to(0, 12));
}

TEST_F(FileForwarder, LosesNothingWhenItIsKilledBetweenWritingAndKeepingItsPlace) {
  temporary.append(5);
  FileTarget target(file);
  auto killed = forwarder(target);
  run(killed);  // keeps its place
  temporary.append(3);
  run(killed);  // not again within the second
  auto again = forwarder(target);
  run(again);
  auto expected = from_to(0, 7);
  for (const auto twice : {5, 6, 7}) expected.push_back(twice);
  EXPECT_EQ(numbers(written()), expected);
}

TEST_F(FileForwarder, KeepsItsPlaceAtMostOnceASecond) {
  FileTarget target(file);
  auto forwarding = forwarder(target);
  const auto kept = [&] { return to_text(read_file(cursor, 100)); };
  temporary.append(1);
  run(forwarding);
  EXPECT_EQ(kept(), "1\n");
  temporary.append(1);
  run(forwarding);
  EXPECT_EQ(kept(), "1\n");
  clock().advance(1s);
  run(forwarding);
  EXPECT_EQ(kept(), "2\n");
}

TEST_F(FileForwarder, OpensTheNewFileAfterARotation) {
  temporary.append(3);
  FileTarget target(file);
  auto forwarding = forwarder(target);
  run(forwarding);
  const auto old = folder.path() / "siem.jsonl.1";
  std::filesystem::rename(file, old);
  temporary.append(2);
  run(forwarding);
  EXPECT_EQ(numbers(written()), from_to(3, 4));
  std::filesystem::remove(file);
  folder.put("siem.jsonl", "");
  temporary.append(1);
  run(forwarding);
  EXPECT_EQ(numbers(written()), from_to(5, 5));
  std::filesystem::resize_file(file, 0);  // what copytruncate does
  temporary.append(1);
  run(forwarding);
  EXPECT_EQ(numbers(written()), from_to(6, 6));
  file = old;
  EXPECT_EQ(numbers(written()), from_to(0, 2));
}

TEST_F(FileForwarder, EndsALineThatACrashTore) {
  temporary.append(2);
  folder.put("siem.jsonl", R"({"activity_id":1,"ac)");
  FileTarget target(file);
  auto forwarding = forwarder(target);
  run(forwarding);
  auto events = written();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_TRUE(events.front().is_discarded());
  events.erase(events.begin());
  EXPECT_EQ(numbers(events), from_to(0, 1));
}

TEST_F(FileForwarder, WaitsForAFileThatCannotBeWritten) {
  temporary.append(2);
  const auto missing = folder.path() / "missing";
  file = missing / "siem.jsonl";
  FileTarget target(file);
  auto forwarding = forwarder(target);
  EXPECT_EQ(forwarding.step(), 1s);
  EXPECT_EQ(forwarding.step(), 2s);
  EXPECT_EQ(forwarding.standing().fault, "the file cannot be opened");
  EXPECT_EQ(forwarding.standing().since, clock().now());
  EXPECT_EQ(forwarding.standing().behind, 2U);
  for (int i = 0; i < 10; ++i) EXPECT_LE(forwarding.step(), 60s);
  EXPECT_EQ(forwarding.step(), 60s);
  std::filesystem::create_directory(missing);
  run(forwarding);
  EXPECT_EQ(numbers(written()), from_to(0, 1));
  EXPECT_EQ(forwarding.standing().fault, std::nullopt);
  EXPECT_EQ(forwarding.standing().since, std::nullopt);
  std::filesystem::remove_all(missing);
  EXPECT_EQ(forwarding.step(), 1s) << "patience begins anew";
}

TEST_F(FileForwarder, WritesToNothingButAFile) {
  temporary.append(1);
  FileTarget target("/dev/null");
  auto forwarding = forwarder(target);
  EXPECT_EQ(forwarding.step(), 1s);
  EXPECT_EQ(forwarding.standing().fault, "it is not a regular file");
}

TEST_F(FileForwarder, AnnouncesTheGapWhenItIsTooFarBehind) {
  temporary.append(1000);
  FileTarget target(file);
  auto forwarding = forwarder(target, 100);
  run(forwarding);
  const auto events = written();
  ASSERT_EQ(events.size(), 101U);
  EXPECT_EQ(ocsf_faults(events[0]), std::vector<std::string>());
  EXPECT_EQ(events[0]["unmapped"], (json{{"first", 0}, {"last", 899}, {"entries", 900}}));
  EXPECT_EQ(events[0]["status_code"], "too-far-behind");
  EXPECT_EQ(numbers({events.begin() + 1, events.end()}), from_to(900, 999));
  EXPECT_EQ(forwarding.standing().skipped, 900U);
  temporary.append(100);
  run(forwarding);
  EXPECT_EQ(forwarding.standing().skipped, 900U) << "as far behind as it may be";
  EXPECT_EQ(written().size(), 201U);
}

TEST_F(FileForwarder, AnnouncesEntriesThatAreNotInTheLogAnyMore) {
  temporary.append(20);
  temporary.tamper("DELETE FROM log_entry WHERE idx < 5 OR idx IN (8, 9) OR idx > 17");
  FileTarget target(file);
  auto forwarding = forwarder(target);
  run(forwarding);
  const auto events = written();
  EXPECT_EQ(numbers(events),
            (std::vector<std::int64_t>{-1, 5, 6, 7, -1, 10, 11, 12, 13, 14, 15, 16, 17, -1}));
  EXPECT_EQ(events[0]["unmapped"]["last"], 4);
  EXPECT_EQ(events[4]["unmapped"], (json{{"first", 8}, {"last", 9}, {"entries", 2}}));
  EXPECT_EQ(events.back()["unmapped"], (json{{"first", 18}, {"last", 19}, {"entries", 2}}));
  EXPECT_EQ(events[0]["status_code"], "not-in-log");
  EXPECT_EQ(forwarding.standing().behind, 0U);
}

TEST_F(FileForwarder, SendsTheFactsOfAnEntryThatItCannotRead) {
  temporary.append(3);
  temporary.tamper("UPDATE log_entry SET leaf = CAST('{\"v\":99}' AS BLOB) WHERE idx = 1");
  FileTarget target(file);
  auto forwarding = forwarder(target);
  run(forwarding);
  const auto events = written();
  EXPECT_EQ(numbers(events), from_to(0, 2));
  EXPECT_EQ(events[1]["class_uid"], 6008);
  EXPECT_EQ(events[1]["raw_data_hash"]["value"], to_hex(crypto::leaf_hash(as_bytes("{\"v\":99}"))));
}

TEST_F(FileForwarder, BeginsAtTheEndOfALogThatWasPutBack) {
  temporary.append(4);
  folder.put("cursor", "10\n");
  FileTarget target(file);
  auto forwarding = forwarder(target);
  run(forwarding);
  EXPECT_TRUE(written().empty());
  temporary.append(2);
  run(forwarding);
  EXPECT_EQ(numbers(written()), from_to(4, 5));
}

// The log was put back, and restored: its own entries stand behind those that came back.
TEST_F(FileForwarder, SendsAgainFromWhereOtherEntriesStandNow) {
  temporary.append(8);
  FileTarget target(file);
  auto forwarding = forwarder(target);
  run(forwarding);
  forwarding.read_again_from(9);
  run(forwarding);
  EXPECT_EQ(numbers(written()), from_to(0, 7)) << "it has not been so far";
  forwarding.read_again_from(6);
  forwarding.read_again_from(5);
  temporary.append(2);
  run(forwarding);
  auto expected = from_to(0, 7);
  for (const auto number : from_to(5, 9)) expected.push_back(number);
  EXPECT_EQ(numbers(written()), expected);
  forwarding.save();
  EXPECT_EQ(forwarder(target).standing().sent, 10U);
}

TEST_F(FileForwarder, BeginsAnewWithACursorThatIsNone) {
  temporary.append(2);
  for (const auto* const rubbish :
       {"", "x", "1", "1 \n", "-1\n", "1\n1\n", "99999999999999999999\n"}) {
    folder.put("cursor", rubbish);
    std::filesystem::remove(file);
    FileTarget target(file);
    auto forwarding = forwarder(target);
    run(forwarding);
    EXPECT_EQ(numbers(written()), from_to(0, 1)) << rubbish;
  }
}

class SyslogForwarder : public ForwarderTest {
 protected:
  [[nodiscard]] std::unique_ptr<SyslogTarget> target(std::uint16_t port) const {
    return std::make_unique<SyslogTarget>(
        source, "camden-hub", transport::TlsServer{"127.0.0.1", port, authority.file(), {}, {}},
        stop);
  }
  static std::vector<json> events_of(TestTlsServer& server, std::size_t at_least) {
    std::vector<json> out;
    for (const auto& message : server.messages(at_least)) out.push_back(event_in(message));
    return out;
  }

  transport::TestAuthority authority{folder.path()};
  transport::TestAuthority::Pair own = authority.issue("server", "DNS:localhost,IP:127.0.0.1");
  Wakeup stop;
};

TEST_F(SyslogForwarder, SendsEveryEntryAsAMessage) {
  temporary.append(300);
  TestTlsServer server(own);
  const auto siem = target(server.port());
  auto forwarding = forwarder(*siem);
  run(forwarding);
  const auto messages = server.messages(300);
  EXPECT_EQ(numbers(events_of(server, 300)), from_to(0, 299));
  EXPECT_TRUE(messages[7].starts_with("<110>1 2026-")) << messages[7];
  EXPECT_NE(messages[7].find(" camden-hub hub-agent - disclosure [hub@32473 origin=\"" +
                             kTestOrigin + "\" index=\"7\" leaf=\""),
            std::string::npos);
}

TEST_F(SyslogForwarder, SendsAgainWhatMayHaveBeenLostWithTheConnection) {
  temporary.append(50);
  auto first = std::make_unique<TestTlsServer>(own);
  const auto port = first->port();
  const auto siem = target(port);
  auto forwarding = forwarder(*siem);
  run(forwarding);
  EXPECT_EQ(first->messages(50).size(), 50U);
  first.reset();
  temporary.append(10);
  EXPECT_GE(forwarding.step(), 1s) << "it hung up";
  EXPECT_GE(forwarding.step(), 1s) << "nobody there";
  EXPECT_EQ(forwarding.standing().fault, "the server cannot be reached");
  EXPECT_EQ(forwarding.standing().behind, 10U);
  TestTlsServer::Options same;
  same.port = port;
  TestTlsServer second(own, same);
  run(forwarding);
  EXPECT_EQ(numbers(events_of(second, 60)), from_to(0, 59));
  EXPECT_EQ(forwarding.standing().fault, std::nullopt);
  EXPECT_EQ(forwarding.standing().behind, 0U);
}

TEST_F(SyslogForwarder, SendsNothingAgainThatArrivedLongAgo) {
  temporary.append(50);
  auto first = std::make_unique<TestTlsServer>(own);
  const auto port = first->port();
  const auto siem = target(port);
  auto forwarding = forwarder(*siem);
  run(forwarding);
  EXPECT_EQ(first->messages(50).size(), 50U);
  clock().advance(10min);
  run(forwarding);
  temporary.append(5);
  run(forwarding);
  EXPECT_EQ(first->messages(55).size(), 55U);
  forwarding.save();
  EXPECT_EQ(to_text(read_file(cursor, 100)), "50\n") << "the first that may not have arrived";
  first.reset();
  run(forwarding);
  TestTlsServer::Options same;
  same.port = port;
  TestTlsServer second(own, same);
  run(forwarding);
  EXPECT_EQ(numbers(events_of(second, 5)), from_to(50, 54));
}

TEST_F(SyslogForwarder, GetsOnThoughTheServerHangsUpAgainAndAgain) {
  temporary.append(400);
  TestTlsServer::Options options;
  options.hangs_up_after = 128;  // a lot
  TestTlsServer server(own, options);
  const auto siem = target(server.port());
  auto forwarding = forwarder(*siem);
  for (std::size_t lot = 1; lot <= 3; ++lot) {
    EXPECT_EQ(forwarding.step(), 0ms);
    EXPECT_EQ(server.messages(128 * lot).size(), 128 * lot);
    clock().advance(10min);
    // Until it has noticed; entries that go meanwhile are lost, and sent again.
    for (int i = 0; i < kMostSteps && !forwarding.standing().fault; ++i) (void)forwarding.step();
  }
  run(forwarding);
  EXPECT_EQ(numbers(events_of(server, 400)), from_to(0, 399));
  EXPECT_EQ(server.connections(), 4U);
}

TEST_F(SyslogForwarder, IsPatientWithAServerThatHangsUpEachTime) {
  temporary.append(1);
  TestTlsServer::Options options;
  options.hangs_up_after = 1;
  TestTlsServer server(own, options);
  const auto siem = target(server.port());
  auto forwarding = forwarder(*siem);
  std::chrono::milliseconds longest{0};
  for (int i = 0; i < kMostSteps && longest < 60s; ++i) {
    longest = std::max(longest, forwarding.step());
  }
  EXPECT_EQ(longest, 60s);
  EXPECT_EQ(server.connections(), server.messages(7).size());
  EXPECT_EQ(server.connections(), 7U) << "1, 2, 4, 8, 16, 32 and 60 seconds";
}

TEST_F(SyslogForwarder, AnnouncesTheGapToAServerThatWasAwayForLong) {
  temporary.append(20);
  auto first = std::make_unique<TestTlsServer>(own);
  const auto port = first->port();
  const auto siem = target(port);
  auto forwarding = forwarder(*siem, 100);
  run(forwarding);
  EXPECT_EQ(first->messages(20).size(), 20U);
  clock().advance(10min);
  run(forwarding);
  first.reset();
  temporary.append(500);
  run(forwarding);
  TestTlsServer::Options same;
  same.port = port;
  TestTlsServer second(own, same);
  run(forwarding);
  const auto events = events_of(second, 101);
  ASSERT_EQ(events.size(), 101U);
  EXPECT_EQ(events[0]["unmapped"], (json{{"first", 20}, {"last", 419}, {"entries", 400}}));
  EXPECT_EQ(numbers({events.begin() + 1, events.end()}), from_to(420, 519));
  EXPECT_EQ(forwarding.standing().skipped, 400U);
  EXPECT_NE(second.messages(1)[0].find(" siem-gap ["), std::string::npos);
}

TEST_F(SyslogForwarder, AnnouncesAGapAgainThatMayHaveBeenLost) {
  temporary.append(300);
  auto first = std::make_unique<TestTlsServer>(own);
  const auto port = first->port();
  const auto siem = target(port);
  auto forwarding = forwarder(*siem, 100);
  run(forwarding);
  EXPECT_EQ(first->messages(101).size(), 101U);
  first.reset();
  run(forwarding);
  TestTlsServer::Options same;
  same.port = port;
  TestTlsServer second(own, same);
  run(forwarding);
  const auto events = events_of(second, 101);
  ASSERT_EQ(events.size(), 101U);
  EXPECT_EQ(events[0]["unmapped"]["last"], 199);
}

TEST_F(SyslogForwarder, SendsNothingToAServerThatItDoesNotBelieve) {
  temporary.append(3);
  const transport::TestAuthority other(folder.path(), "other");
  TestTlsServer server(other.issue("impostor", "IP:127.0.0.1"));
  const auto siem = target(server.port());
  auto forwarding = forwarder(*siem);
  EXPECT_EQ(forwarding.step(), 1s);
  EXPECT_EQ(forwarding.standing().fault, "the server's certificate is not trusted");
  TestTlsServer elsewhere(authority.issue("elsewhere", "DNS:elsewhere.example"));
  const auto misled = target(elsewhere.port());
  auto also = forwarder(*misled);
  EXPECT_EQ(also.step(), 1s);
  EXPECT_EQ(also.standing().fault, "the server's certificate is another server's");
  EXPECT_EQ(also.standing().sent, 0U);
  EXPECT_TRUE(server.messages(0).empty());
  EXPECT_TRUE(elsewhere.messages(0).empty());
}

TEST_F(SyslogForwarder, IsRefusedWithCertificatesThatCannotBeUsed) {
  const transport::TlsServer server{"127.0.0.1", 1, folder.path() / "missing.pem", {}, {}};
  EXPECT_THROW(SyslogTarget(source, "h", server, stop), EnvError);
}

}  // namespace
}  // namespace hub::audit
