// What a peer can do that means harm, with a registered key and without one.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "tests/transport/wire.h"

namespace hub::transport {
namespace {

std::size_t resident_bytes() {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

struct HostilePeer : testing::Test {
  TestServer server;
  crypto::TransportSecret secret = server.enrol("E09000033");
  RawPeer::Keys keys{server.key, secret};

  bool until_peers(std::size_t count) {
    return server.log.board.until([&] { return server.log.peers.size() == count; });
  }
  bool until_received(std::size_t count) {
    return server.log.board.until([&] { return server.log.messages.size() >= count; });
  }
  std::size_t received() {
    return server.log.board.read([&] { return server.log.messages.size(); });
  }
  // Another borough's connection, which nothing here may disturb.
  std::unique_ptr<TestClient> bystander() {
    return std::make_unique<TestClient>(server.loop, server.endpoint(), server.key,
                                        server.enrol("E09000001"));
  }
  bool undisturbed(TestClient& client) {
    const auto before = received();
    return client.send("still here") &&
           server.log.board.until([&] { return server.log.messages.size() > before; }) &&
           client.log.board.read([&] { return client.log.ends.empty(); });
  }
};

// Connects, sends the bytes, and waits for the other end to hang up. False: it does not.
bool hung_up_on(std::uint16_t port, std::string_view bytes) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const timeval patience{.tv_sec = 30, .tv_usec = 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address),  // NOLINT(*-cast)
                sizeof address) != 0) {
    return false;
  }
  ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  std::array<char, 4096> answer{};
  ssize_t got = 1;
  while (got > 0) got = ::recv(socket.get(), answer.data(), answer.size(), 0);
  return got == 0 || errno == ECONNRESET;
}

TEST_F(HostilePeer, LosesAMessageOfSeveralPartsAndTheConnection) {
  const auto other = bystander();
  RawPeer peer(server.endpoint(), &keys);
  ASSERT_TRUE(peer.send("hello", false));
  ASSERT_TRUE(until_received(2));
  ASSERT_TRUE(peer.send("one", true));
  ASSERT_TRUE(peer.send("two", false));
  EXPECT_TRUE(peer.until_event(ZMQ_EVENT_DISCONNECTED));
  ASSERT_TRUE(until_peers(1));
  EXPECT_EQ(received(), 2U);
  EXPECT_EQ(server.counters().multipart, 1U);
  EXPECT_TRUE(undisturbed(*other));
}

TEST_F(HostilePeer, LosesTheConnectionWhenItsFirstMessageHasSeveralParts) {
  RawPeer peer(server.endpoint(), &keys);
  ASSERT_TRUE(peer.send("one", true));
  ASSERT_TRUE(peer.send("two", false));
  EXPECT_TRUE(peer.until_event(ZMQ_EVENT_DISCONNECTED));
  EXPECT_EQ(server.log.board.read([&] { return server.log.sessions; }), 0U);
}

TEST_F(HostilePeer, MaySendTheLargestMessageAndNotOneByteMore) {
  const std::string largest(std::size_t{64} << 10U, 'x');
  const std::string over = largest + "x";
  RawPeer peer(server.endpoint(), &keys);
  ASSERT_TRUE(peer.send(largest, false));
  ASSERT_TRUE(until_received(1));
  ASSERT_TRUE(peer.send(over, false));
  EXPECT_TRUE(peer.until_event(ZMQ_EVENT_DISCONNECTED));
  ASSERT_TRUE(until_peers(0));
  EXPECT_EQ(received(), 1U);
  EXPECT_EQ(server.counters().oversized, 1U);
}

TEST_F(HostilePeer, IsCutWhenItNeverFinishesAMessageAndFillsNoMemory) {
  const auto other = bystander();
  ASSERT_TRUE(until_received(1));
  // 1.2 GB in one message of 20,000 parts, whose end the server must not wait for.
  const std::string part(60000, 'x');
  RawPeer peer(server.endpoint(), &keys);
  ASSERT_TRUE(peer.send("hello", false));
  ASSERT_TRUE(until_received(2));
  const auto before = resident_bytes();
  std::size_t most = before;
  for (int i = 0; i < 20000; ++i) ASSERT_TRUE(peer.send(part, true));
  ASSERT_TRUE(peer.send(part, false));
  while (server.log.board.read([&] { return server.log.peers.size(); }) == 2) {
    most = std::max(most, resident_bytes());
    ASSERT_TRUE(undisturbed(*other));
  }
  EXPECT_TRUE(peer.until_event(ZMQ_EVENT_DISCONNECTED));
  EXPECT_EQ(server.counters().flooded, 1U);
  EXPECT_EQ(server.counters().multipart, 0U);
  EXPECT_LT(most - before, std::size_t{300} << 20U);
  RecordProperty("grown_by_mib", static_cast<int>((most - before) >> 20U));
  EXPECT_TRUE(undisturbed(*other));
}

TEST_F(HostilePeer, MayDeliverMoreThanTheUndeliveredLimit) {
  const std::string text(60000, 'x');
  RawPeer peer(server.endpoint(), &keys);
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(peer.send(text, false));
  ASSERT_TRUE(until_received(500));
  EXPECT_EQ(server.counters().flooded, 0U);
  EXPECT_EQ(server.log.board.read([&] { return server.log.sessions; }), 1U);
}

TEST_F(HostilePeer, MayNotChooseItsRoutingId) {
  RawPeer peer(server.endpoint(), &keys, "chosen");
  ASSERT_TRUE(peer.send("hello", false));
  EXPECT_TRUE(peer.until_event(ZMQ_EVENT_DISCONNECTED));
  EXPECT_EQ(server.log.board.read([&] { return server.log.sessions; }), 0U);
}

TEST_F(HostilePeer, IsHungUpOnWhenItSpeaksAnotherLanguage) {
  EXPECT_TRUE(
      hung_up_on(server.port(), "GET / HTTP/1.1\r\nHost: hub\r\n\r\n" + std::string(70, ' ')));
  EXPECT_TRUE(hung_up_on(server.port(), std::string(1000, '\0')));
  EXPECT_TRUE(
      server.loop.until([&] { return server.server().counters().refused_handshakes == 2; }));
  EXPECT_EQ(server.loop.in([&] { return server.server().connections(); }), 0U);
}

TEST(HostileStranger, IsHungUpOnWhenItDoesNotFinishItsHandshake) {
  TestServer server({.handshake = std::chrono::milliseconds(200)});
  // The first ten bytes of a ZMTP 3 greeting, and nothing more.
  EXPECT_TRUE(hung_up_on(server.port(), std::string_view("\xff\0\0\0\0\0\0\0\1\x7f", 10)));
  EXPECT_TRUE(server.loop.until([&] { return server.server().connections() == 0; }));
}

TEST(HostileStranger, IsCutWhenItSaysNothingAfterItsHandshake) {
  TestServer server({.handshake = std::chrono::milliseconds(200)});
  const auto secret = server.enrol("E09000001");
  const RawPeer::Keys keys{server.key, secret};
  RawPeer peer(server.endpoint(), &keys);
  EXPECT_TRUE(peer.until_event(ZMQ_EVENT_HANDSHAKE_SUCCEEDED));
  EXPECT_TRUE(peer.until_event(ZMQ_EVENT_DISCONNECTED));
  EXPECT_EQ(server.counters().silent, 1U);
}

TEST(HostileStranger, CannotCrowdOutWhoHasASession) {
  TestServer server({.max_connections = 4});
  TestClient client(server.loop, server.endpoint(), server.key, server.enrol("E09000001"));
  ASSERT_TRUE(server.log.board.until([&] { return server.log.peers.size() == 1; }));
  std::vector<std::unique_ptr<RawPeer>> crowd;
  crowd.reserve(12);
  for (int i = 0; i < 12; ++i) {
    crowd.push_back(std::make_unique<RawPeer>(server.endpoint(), nullptr));
  }
  const TestClient late(server.loop, server.endpoint(), server.key, server.enrol("E09000002"));
  ASSERT_TRUE(server.log.board.until([&] { return server.log.peers.size() == 2; }));
  EXPECT_TRUE(client.send("still here"));
  EXPECT_TRUE(client.log.board.read([&] { return client.log.ends.empty(); }));
}

TEST(SilentPeer, IsCutAfterThreeHeartbeats) {
  TestServer server({.heartbeat = std::chrono::milliseconds(60)});
  const auto secret = server.enrol("E09000001");
  const RawPeer::Keys keys{server.key, secret};
  RawPeer peer(server.endpoint(), &keys);
  ASSERT_TRUE(peer.send("hello", false));
  EXPECT_TRUE(peer.until_event(ZMQ_EVENT_DISCONNECTED));
  ASSERT_TRUE(server.log.board.until([&] { return server.log.sessions == 1; }));
  ASSERT_TRUE(server.log.board.until([&] { return server.log.peers.empty(); }));
  EXPECT_EQ(server.counters().silent, 1U);
}

}  // namespace
}  // namespace hub::transport
