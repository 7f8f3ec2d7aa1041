#include "core/transport/tls_client.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "core/base/result.h"
#include "tests/base/temporary_folder.h"
#include "tests/transport/tls_server.h"

namespace hub::transport {
namespace {

using namespace std::chrono_literals;

constexpr auto kLong = 30s;

class TlsClientTest : public testing::Test {
 protected:
  [[nodiscard]] TlsServer server(std::uint16_t port) const {
    return {"127.0.0.1", port, authority.file(), {}, {}};
  }
  std::optional<TlsFault> fault_at(const TlsServer& server) {
    TlsClient client(server, stop);
    return client.connect(kLong);
  }

  TemporaryFolder folder;
  TestAuthority authority{folder.path()};
  TestAuthority::Pair own = authority.issue("server", "DNS:localhost,IP:127.0.0.1");
  Wakeup stop;
};

TEST_F(TlsClientTest, SendsToAServerThatProvesItsName) {
  TestTlsServer listening(own);
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    auto called = server(listening.port());
    called.host = host;
    TlsClient client(called, stop);
    EXPECT_TRUE(client.files_usable());
    ASSERT_EQ(client.connect(kLong), std::nullopt) << host;
    EXPECT_EQ(client.write(as_bytes("5 hello"), kLong), std::nullopt);
    EXPECT_FALSE(client.has_ended());
  }
  EXPECT_EQ(listening.messages(2), (std::vector<std::string>{"hello", "hello"}));
  EXPECT_EQ(listening.protocol(), "TLSv1.3");
}

TEST_F(TlsClientTest, BelievesNoOtherAuthority) {
  const TestTlsServer listening(own);
  const TestAuthority other(folder.path(), "other");
  auto called = server(listening.port());
  called.authorities = other.file();
  EXPECT_EQ(fault_at(called), TlsFault::NotTrusted);
}

TEST_F(TlsClientTest, BelievesNoCertificateOfAnotherServer) {
  const TestTlsServer listening(authority.issue("elsewhere", "DNS:elsewhere.example,IP:127.0.0.2"));
  auto called = server(listening.port());
  EXPECT_EQ(fault_at(called), TlsFault::WrongName);
  called.host = "localhost";
  EXPECT_EQ(fault_at(called), TlsFault::WrongName);
}

TEST_F(TlsClientTest, TakesNoNameFromTheSubjectAlone) {
  const TestTlsServer listening(authority.issue("localhost", "DNS:elsewhere.example"));
  auto called = server(listening.port());
  called.host = "localhost";
  EXPECT_EQ(fault_at(called), TlsFault::WrongName);
}

TEST_F(TlsClientTest, BelievesNoCertificateOutOfDate) {
  const TestTlsServer listening(authority.issue("old", "IP:127.0.0.1", true));
  EXPECT_EQ(fault_at(server(listening.port())), TlsFault::NotTrusted);
}

TEST_F(TlsClientTest, ShowsItsOwnCertificateWhereThatIsAsked) {
  TestTlsServer::Options options;
  options.callers = authority.file();
  TestTlsServer listening(own, options);
  auto called = server(listening.port());
  const auto mine = authority.issue("caller", "");
  called.certificate = mine.certificate;
  called.key = mine.key;
  TlsClient client(called, stop);
  ASSERT_EQ(client.connect(kLong), std::nullopt);
  EXPECT_EQ(client.write(as_bytes("2 hi"), kLong), std::nullopt);
  EXPECT_EQ(listening.messages(1).size(), 1U);
}

TEST_F(TlsClientTest, SaysThatItsFilesCannotBeUsed) {
  TestTlsServer listening(own);
  const auto mine = authority.issue("caller", "");
  const auto other = authority.issue("other-caller", "");
  auto called = server(listening.port());
  called.authorities = folder.path() / "missing.pem";
  EXPECT_EQ(fault_at(called), TlsFault::FilesUnusable);
  called.authorities = folder.put("rubbish.pem", "rubbish");
  EXPECT_EQ(fault_at(called), TlsFault::FilesUnusable);
  EXPECT_FALSE(TlsClient(called, stop).files_usable());
  called.authorities = authority.file();
  called.certificate = mine.certificate;
  EXPECT_EQ(fault_at(called), TlsFault::FilesUnusable) << "a certificate without a key";
  called.key = other.key;
  EXPECT_EQ(fault_at(called), TlsFault::FilesUnusable) << "another certificate's key";
  EXPECT_EQ(listening.connections(), 0U);
}

TEST_F(TlsClientTest, SaysThatNobodyListens) {
  std::uint16_t port = 0;
  {
    const TestTlsServer gone(own);
    port = gone.port();
  }
  EXPECT_EQ(fault_at(server(port)), TlsFault::Unreachable);
}

// Takes connections into its queue and never says a word.
struct Mute {
  Mute() : socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const where = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    require(::bind(socket.get(), where, size) == 0 && ::listen(socket.get(), 8) == 0 &&
                ::getsockname(socket.get(), where, &size) == 0,
            "a test's socket listens");
    port = ntohs(address.sin_port);
  }
  FileDescriptor socket;
  std::uint16_t port = 0;
};

TEST_F(TlsClientTest, LeavesAServerThatNeverAnswers) {
  const Mute mute;
  TlsClient client(server(mute.port), stop);
  EXPECT_EQ(client.connect(20ms), TlsFault::TimedOut);
  EXPECT_FALSE(client.is_connected());
}

TEST_F(TlsClientTest, StopsWaitingWhenItIsToldTo) {
  const Mute mute;
  TlsClient client(server(mute.port), stop);
  stop.signal();
  EXPECT_EQ(client.connect(10min), TlsFault::Stopped);
}

TEST_F(TlsClientTest, LeavesAServerThatNeverReads) {
  TestTlsServer::Options options;
  options.reads = false;
  const TestTlsServer listening(own, options);
  TlsClient client(server(listening.port()), stop);
  ASSERT_EQ(client.connect(kLong), std::nullopt);
  const Buffer much(std::size_t{64} << 20U);
  EXPECT_EQ(client.write(much, 20ms), TlsFault::TimedOut);
  EXPECT_FALSE(client.is_connected());
  ASSERT_EQ(client.write(as_bytes("x"), kLong), TlsFault::Ended);
}

TEST_F(TlsClientTest, StopsWritingWhenItIsToldTo) {
  TestTlsServer::Options options;
  options.reads = false;
  const TestTlsServer listening(own, options);
  TlsClient client(server(listening.port()), stop);
  ASSERT_EQ(client.connect(kLong), std::nullopt);
  const Buffer much(std::size_t{64} << 20U);
  stop.signal();
  EXPECT_EQ(client.write(much, 10min), TlsFault::Stopped);
}

TEST_F(TlsClientTest, NoticesThatTheServerHungUp) {
  auto listening = std::make_unique<TestTlsServer>(own);
  TlsClient client(server(listening->port()), stop);
  ASSERT_EQ(client.connect(kLong), std::nullopt);
  EXPECT_FALSE(client.has_ended());
  listening.reset();
  EXPECT_TRUE(client.has_ended());
  EXPECT_FALSE(client.is_connected());
}

TEST(TlsAddressText, IsSchemeHostAndPort) {
  const auto parsed = [](std::string_view text) { return parse_tls_address(text); };
  EXPECT_EQ(parsed("tls://siem.example.gov.uk:6514"), (TlsAddress{"siem.example.gov.uk", 6514}));
  EXPECT_EQ(parsed("tls://192.0.2.7:1"), (TlsAddress{"192.0.2.7", 1}));
  EXPECT_EQ(parsed("tls://[2001:db8::7]:65535"), (TlsAddress{"2001:db8::7", 65535}));
  for (const auto* const wrong :
       {"", "tls://", "tls://a", "tls://a:", "tls://:1", "tls://a:0", "tls://a:65536", "tls://a:-1",
        "tls://a:1x", "tls://a b:1", "tls://a/b:1", "tls://2001:db8::7:1", "tls://[]:1",
        "tls://[siem]:1", "tcp://a:1", "a:1", "tls://a:1/"}) {
    EXPECT_EQ(parsed(wrong), std::nullopt) << wrong;
  }
}

TEST(TlsFaultText, IsOursAlone) {
  for (int fault = 0; fault <= static_cast<int>(TlsFault::Stopped); ++fault) {
    EXPECT_FALSE(describe(static_cast<TlsFault>(fault)).empty());
  }
}

}  // namespace
}  // namespace hub::transport
