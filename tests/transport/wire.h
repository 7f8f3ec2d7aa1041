// A loop on a thread of its own, and a server, clients and hostile peers around it, over loopback.
#pragma once

#include <zmq.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/clock.h"
#include "core/crypto/secret.h"
#include "core/transport/client.h"
#include "core/transport/loop.h"
#include "core/transport/server.h"

namespace hub::transport {

// Longer than anything takes; only a failing test waits for it.
inline constexpr std::chrono::seconds kPatience{30};

// What handlers note and tests wait for.
class Noticeboard {
 public:
  template <class Change>
  void note(Change change) {
    const std::scoped_lock lock(mutex_);
    change();
    changed_.notify_all();
  }
  // False when it does not come to hold in time.
  template <class Condition>
  [[nodiscard]] bool until(Condition holds, std::chrono::milliseconds patience = kPatience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, holds);
  }
  template <class Read>
  [[nodiscard]] auto read(Read what) {
    const std::scoped_lock lock(mutex_);
    return what();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

class RunningLoop {
 public:
  RunningLoop();
  RunningLoop(const RunningLoop&) = delete;
  RunningLoop& operator=(const RunningLoop&) = delete;
  RunningLoop(RunningLoop&&) = delete;
  RunningLoop& operator=(RunningLoop&&) = delete;
  ~RunningLoop();

  [[nodiscard]] Loop& get() { return loop_; }
  // Runs it on the loop's thread and waits for the result.
  template <class Work>
  auto in(Work work) {
    std::packaged_task<decltype(work())()> task(std::move(work));
    auto result = task.get_future();
    loop_.post([&task] { task(); });
    return result.get();
  }
  // False when it does not come to hold in time. Asked on the loop's thread, again and again.
  [[nodiscard]] bool until(const std::function<bool()>& holds);

 private:
  SystemClock clock_;
  Loop loop_;
  std::thread thread_;
};

// The registry: keys and users, changed while the server runs.
class Registry {
 public:
  void add(const crypto::TransportPublic& key, std::string user);
  void remove(const crypto::TransportPublic& key);
  [[nodiscard]] std::optional<std::string> user_of(const crypto::TransportPublic& key) const;

 private:
  mutable std::mutex mutex_;
  std::map<crypto::TransportPublic, std::string> users_;
};

struct ServerLog : Server::Handler {
  struct Received {
    PeerId peer;
    std::string user;
    std::string text;
  };
  void connected(PeerId peer, const std::string& user) override;
  void received(PeerId peer, const std::string& user, Message message) override;
  void gone(PeerId peer) override;
  void room(PeerId peer) override;

  Noticeboard board;
  std::map<PeerId, std::string> peers;  // connected and not gone
  std::size_t sessions = 0;
  std::vector<Received> messages;
  bool keep_texts = true;
  bool echo = false;
  std::string send_when_room;
  Server* server = nullptr;
};

struct ClientLog : Client::Handler {
  void connected() override;
  void received(Message message) override;
  void disconnected(Client::Reason reason) override;

  Noticeboard board;
  std::size_t sessions = 0;
  std::vector<std::string> texts;
  std::vector<Client::Reason> ends;
  std::string hello = "hello";
  Client* client = nullptr;
};

// A server with short times, on a port the system chose.
class TestServer {
 public:
  struct Limits {
    std::size_t max_message_bytes = std::size_t{64} << 10U;
    std::size_t max_undelivered_bytes = std::size_t{1} << 20U;
    std::size_t max_connections = 256;
    std::chrono::milliseconds heartbeat{10000};
    std::chrono::milliseconds handshake{10000};
    int send_queue = 1000;
  };
  TestServer() : TestServer(Limits{}) {}
  explicit TestServer(Limits limits);
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  TestServer(TestServer&&) = delete;
  TestServer& operator=(TestServer&&) = delete;
  ~TestServer();

  // A new key, registered to the user.
  crypto::TransportSecret enrol(const std::string& user);
  // Destroyed and bound again to the same port.
  void stop();
  void start();
  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] Server::Counters counters();
  [[nodiscard]] Server& server() { return *server_; }

  Registry registry;
  RunningLoop loop;
  ServerLog log;
  crypto::TransportPublic key{};

 private:
  Limits limits_;
  Buffer secret_;
  std::string endpoint_ = "tcp://127.0.0.1:*";
  std::unique_ptr<Server> server_;
};

class TestClient {
 public:
  TestClient(RunningLoop& loop, std::string endpoint, const crypto::TransportPublic& server_key,
             crypto::TransportSecret secret,
             std::chrono::milliseconds heartbeat = std::chrono::milliseconds(10000));
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;
  TestClient(TestClient&&) = delete;
  TestClient& operator=(TestClient&&) = delete;
  ~TestClient();

  [[nodiscard]] bool send(std::string_view text);
  [[nodiscard]] bool until_connected(std::size_t times = 1);
  [[nodiscard]] bool until_ended(Client::Reason reason);
  [[nodiscard]] Client::State state();
  [[nodiscard]] Client& client() { return *client_; }

  ClientLog log;

 private:
  RunningLoop& loop_;
  std::unique_ptr<Client> client_;
};

// A DEALER that does as it is told, with none of the client's manners.
class RawPeer {
 public:
  struct Keys {
    crypto::TransportPublic server;
    const crypto::TransportSecret& own;
  };
  // Without keys it speaks the NULL mechanism.
  RawPeer(const std::string& endpoint, const Keys* keys, const std::string& routing_id = "");
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;
  RawPeer(RawPeer&&) = delete;
  RawPeer& operator=(RawPeer&&) = delete;
  ~RawPeer();

  // False when it could not be queued within `patience`. The text is not copied: it must live as
  // long as the peer.
  bool send(std::string_view text, bool more, std::chrono::milliseconds patience = kPatience);
  // True when this ZMQ_EVENT_... was reported before the patience ended.
  [[nodiscard]] bool until_event(int event);
  // Nothing when nothing came in time.
  [[nodiscard]] std::optional<std::string> receive();

 private:
  void* context_;
  void* socket_;
  void* monitor_;
};

// Forwards one TCP connection after the other to a port, until told to swallow everything.
class Proxy {
 public:
  explicit Proxy(std::uint16_t to);
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;
  Proxy(Proxy&&) = delete;
  Proxy& operator=(Proxy&&) = delete;
  ~Proxy();

  [[nodiscard]] std::string endpoint() const;
  void swallow() { swallowing_.store(true); }

 private:
  void run();

  std::uint16_t to_;
  std::uint16_t port_ = 0;
  FileDescriptor listener_;
  Wakeup stop_;
  std::atomic<bool> swallowing_ = false;
  std::thread thread_;
};

}  // namespace hub::transport
