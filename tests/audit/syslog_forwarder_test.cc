// The log over TLS: each entry at least once, whatever the connection does.

#include "audit/siem/forwarder.h"
#include "audit/siem/syslog_target.h"
#include "tests/audit/forwarder_fixture.h"
#include "tests/transport/tls_server.h"

namespace hub::audit {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using transport::TestTlsServer;

json event_in(const std::string& message) {
  const auto at = message.find("\xEF\xBB\xBF");
  return at == std::string::npos ? json() : json::parse(message.substr(at + 3));
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
