#include "core/transport/server.h"

#include <gtest/gtest.h>

#include "core/base/result.h"
#include "tests/transport/wire.h"

namespace hub::transport {
namespace {

using Reason = Client::Reason;

struct Wire : testing::Test {
  TestServer server;

  std::unique_ptr<TestClient> client_of(crypto::TransportSecret secret) {
    return std::make_unique<TestClient>(server.loop, server.endpoint(), server.key,
                                        std::move(secret));
  }
  bool until_received(std::size_t count) {
    return server.log.board.until([&] { return server.log.messages.size() >= count; });
  }
  bool until_peers(std::size_t count) {
    return server.log.board.until([&] { return server.log.peers.size() == count; });
  }
  PeerId only_peer() {
    return server.log.board.read([&] { return server.log.peers.begin()->first; });
  }
};

TEST_F(Wire, CarriesMessagesBothWaysUnderTheUserOfTheKey) {
  server.log.echo = true;
  const auto client = client_of(server.enrol("E09000001"));
  ASSERT_TRUE(client->until_connected());
  ASSERT_TRUE(client->send("a question"));
  ASSERT_TRUE(until_received(2));
  EXPECT_EQ(server.log.messages[0].text, "hello");
  EXPECT_EQ(server.log.messages[1].text, "a question");
  EXPECT_EQ(server.log.messages[1].user, "E09000001");
  EXPECT_EQ(server.log.messages[1].peer, server.log.messages[0].peer);
  ASSERT_TRUE(client->log.board.until([&] { return client->log.texts.size() == 2; }));
  EXPECT_EQ(client->log.texts[1], "a question");
}

TEST_F(Wire, SharesABufferWithoutCopyingIt) {
  const auto client = client_of(server.enrol("E09000001"));
  ASSERT_TRUE(until_peers(1));
  const auto buffer = std::make_shared<const Buffer>(std::size_t{50000}, std::uint8_t{'x'});
  const auto message = Message::share(buffer);
  EXPECT_EQ(message.bytes().data(), buffer->data());
  const auto peer = only_peer();
  ASSERT_TRUE(server.loop.in(
      [&] { return server.server().send(peer, message) && server.server().send(peer, message); }));
  ASSERT_TRUE(client->log.board.until([&] { return client->log.texts.size() == 2; }));
  EXPECT_EQ(client->log.texts[1], std::string(50000, 'x'));
}

TEST_F(Wire, KeepsASharedBufferUntilItsMessageIsDestroyed) {
  const auto buffer = std::make_shared<const Buffer>(Buffer{1, 2, 3});
  const std::weak_ptr<const Buffer> watch = buffer;
  {
    const auto message = Message::share(buffer);
    EXPECT_EQ(buffer.use_count(), 2);
  }
  EXPECT_EQ(buffer.use_count(), 1);
}

TEST_F(Wire, RefusesAKeyThatIsNotRegistered) {
  const auto client = client_of(crypto::TransportSecret::random());
  ASSERT_TRUE(client->until_ended(Reason::NotRegistered));
  EXPECT_EQ(client->log.board.read([&] { return client->log.sessions; }), 0U);
  EXPECT_EQ(server.log.board.read([&] { return server.log.sessions; }), 0U);
  EXPECT_GE(server.counters().unregistered, 1U);
}

TEST_F(Wire, LetsAKeyInOnceItIsRegistered) {
  auto secret = crypto::TransportSecret::random();
  const auto key = crypto::public_of(secret);
  const auto client = client_of(std::move(secret));
  ASSERT_TRUE(client->until_ended(Reason::NotRegistered));
  server.registry.add(key, "E09000002");
  EXPECT_TRUE(client->until_connected());
}

TEST_F(Wire, LetsNobodyInWithoutCurve) {
  RawPeer plain(server.endpoint(), nullptr);
  EXPECT_TRUE(plain.send("hello", false));
  EXPECT_TRUE(plain.until_event(ZMQ_EVENT_DISCONNECTED));
  const auto client = client_of(server.enrol("E09000001"));
  ASSERT_TRUE(until_received(1));
  EXPECT_EQ(server.log.board.read([&] { return server.log.sessions; }), 1U);
  EXPECT_EQ(server.log.messages[0].user, "E09000001");
  EXPECT_GE(server.counters().refused_handshakes, 1U);
}

TEST_F(Wire, AnswersNobodyWhoExpectsAnotherServerKey) {
  auto secret = server.enrol("E09000001");
  const auto wrong = crypto::public_of(crypto::TransportSecret::random());
  TestClient client(server.loop, server.endpoint(), wrong, std::move(secret));
  ASSERT_TRUE(client.until_ended(Reason::Unreachable));
  EXPECT_EQ(client.log.board.read([&] { return client.log.sessions; }), 0U);
}

TEST_F(Wire, DropsTheMessageOfARevokedKeyAndCutsIt) {
  auto secret = server.enrol("E09000001");
  const auto key = crypto::public_of(secret);
  const auto client = client_of(std::move(secret));
  ASSERT_TRUE(until_received(1));
  server.registry.remove(key);
  ASSERT_TRUE(client->send("too late"));
  ASSERT_TRUE(client->until_ended(Reason::ClosedByPeer));
  ASSERT_TRUE(until_peers(0));
  EXPECT_EQ(server.log.board.read([&] { return server.log.messages.size(); }), 1U);
  EXPECT_GE(server.counters().unregistered, 1U);
}

TEST_F(Wire, DropsTheMessageOfAKeyThatNowIsAnothersAndCutsIt) {
  auto secret = server.enrol("E09000001");
  const auto key = crypto::public_of(secret);
  const auto client = client_of(std::move(secret));
  ASSERT_TRUE(until_received(1));
  server.registry.add(key, "E09000033");
  ASSERT_TRUE(client->send("as whom?"));
  ASSERT_TRUE(client->until_ended(Reason::ClosedByPeer));
  // It calls again, and is the other user from then on.
  ASSERT_TRUE(until_received(2));
  EXPECT_EQ(server.log.messages[1].text, "hello");
  EXPECT_EQ(server.log.messages[1].user, "E09000033");
}

TEST_F(Wire, CutsAUserAtOnceWithoutWaitingForAMessage) {
  auto secret = server.enrol("E09000001");
  const auto key = crypto::public_of(secret);
  const auto client = client_of(std::move(secret));
  const auto other = client_of(server.enrol("E09000002"));
  ASSERT_TRUE(until_received(2));
  server.registry.remove(key);
  server.loop.in([&] { server.server().cut_user("E09000001"); });
  ASSERT_TRUE(client->until_ended(Reason::NotRegistered));
  ASSERT_TRUE(until_peers(1));
  EXPECT_TRUE(other->send("still here"));
  ASSERT_TRUE(until_received(3));
  EXPECT_TRUE(other->log.board.read([&] { return other->log.ends.empty(); }));
}

TEST_F(Wire, GivesEverySessionANumberOfItsOwn) {
  const auto client = client_of(server.enrol("E09000001"));
  ASSERT_TRUE(until_received(1));
  const auto first = only_peer();
  server.loop.in([&] { server.server().cut(first); });
  ASSERT_TRUE(server.log.board.until(
      [&] { return server.log.sessions == 2 && server.log.peers.size() == 1; }));
  EXPECT_NE(only_peer(), first);
  EXPECT_FALSE(server.loop.in(
      [&] { return server.server().send(first, Message::copy_of(as_bytes("anybody?"))); }));
}

TEST_F(Wire, SaysWhenAPeersQueueIsFullAndWhenThereIsRoomAgain) {
  const auto secret = server.enrol("E09000001");
  const RawPeer::Keys keys{server.key, secret};
  RawPeer peer(server.endpoint(), &keys);
  ASSERT_TRUE(peer.send("hello", false));
  ASSERT_TRUE(until_peers(1));
  const auto id = only_peer();
  const auto message = Message::share(std::make_shared<const Buffer>(std::size_t{60000}));
  // The peer does not read: first the system's buffers fill, then its queue.
  server.log.send_when_room = "room";
  ASSERT_TRUE(server.loop.until([&] { return !server.server().send(id, message); }));
  auto received = peer.receive();
  while (received && *received != "room") received = peer.receive();
  EXPECT_TRUE(received);
}

TEST_F(Wire, ServesManyAtOnce) {
  server.log.echo = true;
  const std::size_t many = 33;
  std::vector<std::unique_ptr<TestClient>> clients;
  clients.reserve(many);
  for (std::size_t i = 0; i < many; ++i) {
    clients.push_back(client_of(server.enrol("user " + std::to_string(i))));
  }
  for (const auto& client : clients) ASSERT_TRUE(client->until_connected());
  for (int round = 0; round < 20; ++round) {
    for (const auto& client : clients) ASSERT_TRUE(client->send(std::to_string(round)));
  }
  for (const auto& client : clients) {
    ASSERT_TRUE(client->log.board.until([&] { return client->log.texts.size() == 21; }));
    for (std::size_t i = 1; i < 21; ++i) EXPECT_EQ(client->log.texts[i], std::to_string(i - 1));
  }
  EXPECT_EQ(server.loop.in([&] { return server.server().connections(); }), many);
  clients.clear();
  EXPECT_TRUE(until_peers(0));
}

TEST_F(Wire, TakesTwoKeysSideBySideWhileOneIsRotatedIn) {
  const auto new_secret = crypto::TransportSecret::random();
  const auto new_key = crypto::public_of(new_secret);
  auto rotated = server.loop.in([&] {
    return std::make_unique<Server>(
        server.loop.get(),
        ServerOptions{.endpoints = {"tcp://127.0.0.1:*"},
                      .secret = *crypto::TransportSecret::from(new_secret.expose())},
        [&](const crypto::TransportPublic& key) { return server.registry.user_of(key); },
        server.log);
  });
  const auto old_way = client_of(server.enrol("E09000001"));
  const TestClient new_way(server.loop, rotated->endpoints().front(), new_key,
                           server.enrol("E09000002"));
  EXPECT_TRUE(until_peers(2));
  server.loop.in([&] { rotated.reset(); });
}

TEST(ServerBind, SaysWhichEndpointIsTaken) {
  TestServer server;
  const auto taken = server.endpoint();
  try {
    server.loop.in([&] {
      const Server second(
          server.loop.get(),
          ServerOptions{.endpoints = {taken}, .secret = crypto::TransportSecret::random()},
          [](const crypto::TransportPublic&) { return std::nullopt; }, server.log);
    });
    FAIL() << "bound twice";
  } catch (const EnvError& error) {
    EXPECT_NE(std::string(error.what()).find(taken), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace hub::transport
