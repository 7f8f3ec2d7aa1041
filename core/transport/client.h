// The agent's side of the wire: one CURVE connection to the broker at a time, made anew by itself
// for as long as it is started.
//
// Each attempt is a fresh socket, so nothing of a dead session is ever sent in the next one. After
// a failure the next attempt waits a random time between retry_least and a ceiling that doubles
// with every failure up to retry_most (full jitter, so that 33 agents do not call in step). The
// first message received from the broker puts the ceiling back.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/crypto/secret.h"
#include "core/transport/loop.h"
#include "core/transport/message.h"

namespace hub::transport {

struct ClientOptions {
  std::string endpoint;                // tcp://HOST:PORT
  crypto::TransportPublic server_key;  // nobody else can answer
  crypto::TransportSecret secret;
  std::size_t max_message_bytes = std::size_t{4} << 20U;
  // A broker that sends more than this without finishing a message loses the connection.
  std::size_t max_undelivered_bytes = std::size_t{16} << 20U;
  std::chrono::milliseconds heartbeat{5000};   // three without a byte end the session
  std::chrono::milliseconds handshake{10000};  // connecting included
  std::chrono::milliseconds retry_least{100};
  std::chrono::milliseconds retry_most{30000};
  int send_queue = 1000;
  int receive_queue = 1000;
};

class Client {
 public:
  enum class Reason : std::uint8_t {
    Unreachable,    // no connection, or no proper handshake in time
    NotRegistered,  // the broker does not know our key
    Silent,         // no byte for three heartbeats
    ClosedByPeer,   // or ended because the peer broke the rules of the wire
    Asked,          // stop(), or reset() for a reason of the protocol above
  };

  // Called on the loop thread.
  struct Handler {
    Handler() = default;
    Handler(const Handler&) = delete;
    Handler& operator=(const Handler&) = delete;
    Handler(Handler&&) = delete;
    Handler& operator=(Handler&&) = delete;
    virtual ~Handler() = default;

    // A new session: the handshake succeeded both ways. Say hello: the server cuts who does not.
    virtual void connected() = 0;
    virtual void received(Message message) = 0;
    // The session ended, or an attempt failed (then without connected() before).
    virtual void disconnected(Reason reason) = 0;
    // send() said no because the queue was full; now it may have room.
    virtual void room() {}
  };

  struct State {
    enum class Phase : std::uint8_t { Stopped, Waiting, Connecting, Connected };
    Phase phase = Phase::Stopped;
    Time since;                         // of the phase
    std::optional<Reason> last_reason;  // why the last attempt or session ended
    std::optional<Time> next_attempt;   // while Waiting
    std::uint32_t failures = 0;         // in a row
  };

  // Fills a span with unpredictable bytes.
  using Random = std::function<void(std::span<std::uint8_t>)>;

  // The loop and the handler must outlive the client. Constructed, used and destroyed on the
  // loop's thread or while it does not run.
  Client(Loop& loop, ClientOptions options, Handler& handler, Random random);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  Client(Client&&) = delete;
  Client& operator=(Client&&) = delete;
  ~Client();

  void start();
  // Ends the session without waiting for anything; no disconnected() follows.
  void stop();

  // False: not connected, or the queue is full and Handler::room() will say when to try again.
  // The message stays the caller's either way. An empty one is a bug of ours.
  [[nodiscard]] bool send(const Message& message);

  // The protocol above found the session dead: ends it, calls disconnected(reason) from the loop,
  // not from within, and tries again after the usual wait.
  void reset(Reason reason);

  [[nodiscard]] State state() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// "unreachable", "not registered", "silent", "closed by peer", "asked".
[[nodiscard]] std::string_view name_of(Client::Reason reason);

}  // namespace hub::transport
