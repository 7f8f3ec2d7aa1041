#include "core/transport/client.h"

#include <gtest/gtest.h>

#include "core/base/byte_writer.h"
#include "tests/transport/wire.h"

namespace hub::transport {
namespace {

using Phase = Client::State::Phase;
using Reason = Client::Reason;
using std::chrono::milliseconds;

TEST(Client, CallsAgainByItselfWhenTheServerRestarts) {
  TestServer server;
  RunningLoop own_loop;
  TestClient client(own_loop, server.endpoint(), server.key, server.enrol("E09000001"));
  for (std::size_t session = 1; session <= 3; ++session) {
    ASSERT_TRUE(client.until_connected(session));
    ASSERT_TRUE(server.log.board.until([&] { return server.log.messages.size() >= session; }));
    // A call that nobody takes ends, too: those before this session do not count.
    std::size_t ended = 0;
    client.log.board.note([&] { ended = client.log.ends.size(); });
    server.stop();
    ASSERT_TRUE(client.log.board.until([&] { return client.log.ends.size() > ended; }));
    EXPECT_FALSE(client.send("nobody there"));
    server.start();
  }
  ASSERT_TRUE(client.until_connected(4));
}

TEST(Client, SaysThatNobodyIsThereAndKeepsTrying) {
  TestServer server;
  const auto endpoint = server.endpoint();
  server.stop();
  TestClient client(server.loop, endpoint, server.key, server.enrol("E09000001"));
  ASSERT_TRUE(client.log.board.until([&] { return client.log.ends.size() >= 3; }));
  EXPECT_EQ(client.log.board.read([&] { return client.log.ends[0]; }), Reason::Unreachable);
  EXPECT_EQ(client.log.board.read([&] { return client.log.sessions; }), 0U);
  server.start();
  EXPECT_TRUE(client.until_connected());
}

TEST(Client, EndsASessionInWhichNoByteComesForThreeHeartbeats) {
  TestServer server;
  Proxy proxy(server.port());
  TestClient client(server.loop, proxy.endpoint(), server.key, server.enrol("E09000001"),
                    milliseconds(60));
  ASSERT_TRUE(client.until_connected());
  proxy.swallow();
  EXPECT_TRUE(client.until_ended(Reason::Silent));
}

TEST(Client, KeepsAnIdleSessionOpenOnBothSides) {
  TestServer server({.heartbeat = milliseconds(300)});
  TestClient client(server.loop, server.endpoint(), server.key, server.enrol("E09000001"),
                    milliseconds(300));
  ASSERT_TRUE(client.until_connected());
  const auto since = std::chrono::steady_clock::now();
  // Twice what either side takes for silence.
  ASSERT_TRUE(server.loop.until(
      [&] { return std::chrono::steady_clock::now() - since > milliseconds(1800); }));
  EXPECT_TRUE(client.log.board.read([&] { return client.log.ends.empty(); }));
  EXPECT_EQ(server.log.board.read([&] { return server.log.sessions; }), 1U);
  // What keeps it open is not shown to anybody.
  EXPECT_EQ(server.log.board.read([&] { return server.log.messages.size(); }), 1U);
  EXPECT_TRUE(client.log.board.read([&] { return client.log.texts.empty(); }));
}

TEST(Client, TellsItsState) {
  TestServer server;
  TestClient client(server.loop, server.endpoint(), server.key, server.enrol("E09000001"));
  ASSERT_TRUE(client.until_connected());
  EXPECT_EQ(client.state().phase, Phase::Connected);
  EXPECT_FALSE(client.state().last_reason);
  server.loop.in([&] { client.client().stop(); });
  EXPECT_EQ(client.state().phase, Phase::Stopped);
  EXPECT_EQ(client.state().last_reason, Reason::Asked);
  EXPECT_FALSE(client.state().next_attempt);
  ASSERT_TRUE(server.log.board.until([&] { return server.log.peers.empty(); }));
  EXPECT_TRUE(client.log.board.read([&] { return client.log.ends.empty(); }));
  server.loop.in([&] { client.client().start(); });
  EXPECT_TRUE(client.until_connected(2));
}

TEST(Client, StartsANewSessionWhenTheProtocolAboveGivesOneUp) {
  TestServer server;
  TestClient client(server.loop, server.endpoint(), server.key, server.enrol("E09000001"));
  ASSERT_TRUE(client.until_connected());
  server.loop.in([&] {
    client.client().reset(Reason::Silent);
    client.client().reset(Reason::Silent);
  });
  ASSERT_TRUE(client.until_connected(2));
  EXPECT_EQ(client.log.board.read([&] { return client.log.ends; }),
            std::vector<Reason>{Reason::Silent});
}

TEST(Client, MayBeStoppedFromWithinItsOwnCallbacks) {
  TestServer server;
  server.log.echo = true;
  struct Stopper : ClientLog {
    void received(Message message) override {
      client->stop();
      ClientLog::received(std::move(message));
    }
  };
  Stopper log;
  auto client = server.loop.in([&] {
    auto made = std::make_unique<Client>(
        server.loop.get(),
        ClientOptions{.endpoint = server.endpoint(),
                      .server_key = server.key,
                      .secret = server.enrol("E09000001")},
        log, [](std::span<std::uint8_t> out) { crypto::fill_random(out); });
    log.client = made.get();
    made->start();
    return made;
  });
  ASSERT_TRUE(log.board.until([&] { return !log.texts.empty(); }));
  EXPECT_EQ(server.loop.in([&] { return client->state().phase; }), Phase::Stopped);
  server.loop.in([&] { client.reset(); });
}

// Moved by hand.
struct HandClock : Clock {
  [[nodiscard]] Time now() const override { return from_ms(ms); }
  [[nodiscard]] SteadyTime steady() const override { return SteadyTime(milliseconds(ms)); }
  std::int64_t ms = 1000;
};

TEST(Client, DoublesItsLongestWaitUpToTheMost) {
  HandClock clock;
  Loop loop(clock);
  struct Waiter : ClientLog {
    void disconnected(Client::Reason) override { done(); }
    std::function<void()> done;
  };
  Waiter log;
  // One less than a multiple of 101, 301, 701 and 901, which is how many waits there are to choose
  // from: always the longest.
  ByteWriter longest;
  longest.u64((101ULL * 301 * 701 * 901) - 1);
  Client client(
      loop,
      ClientOptions{.endpoint = "tcp://127.0.0.1:9",
                    .server_key = {},
                    .secret = crypto::TransportSecret::random(),
                    .retry_least = milliseconds(100),
                    .retry_most = milliseconds(1000)},
      log, [&](std::span<std::uint8_t> out) { std::ranges::copy(longest.view(), out.begin()); });
  std::vector<std::int64_t> waits;
  log.done = [&] {
    waits.push_back(to_ms(*client.state().next_attempt) - clock.ms);
    EXPECT_EQ(client.state().phase, Phase::Waiting);
    EXPECT_EQ(client.state().failures, waits.size());
    clock.ms += waits.back();
    if (waits.size() == 6) loop.stop();
  };
  client.start();
  loop.run();
  EXPECT_EQ(waits, (std::vector<std::int64_t>{100, 200, 400, 800, 1000, 1000}));
}

TEST(Client, NamesEveryReason) {
  EXPECT_EQ(name_of(Reason::Unreachable), "unreachable");
  EXPECT_EQ(name_of(Reason::NotRegistered), "not registered");
  EXPECT_EQ(name_of(Reason::Silent), "silent");
  EXPECT_EQ(name_of(Reason::ClosedByPeer), "closed by peer");
  EXPECT_EQ(name_of(Reason::Asked), "asked");
}

}  // namespace
}  // namespace hub::transport
