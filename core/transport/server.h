// The broker's side of the wire: peers call in over CURVE, and only registered keys get in.
//
// Promises, against any peer, registered or not:
//   - A peer without a registered key never gets past the handshake. The registry is asked again
//     at every message: one from a key no longer registered, or now registered to another user, is
//     dropped and its connection cut.
//   - Legal messages have one part of at most `max_message_bytes`. Anything else is dropped whole
//     and its connection cut.
//   - Per connection at most `max_undelivered_bytes`, plus what arrives in one check interval
//     (50 ms), is held without having been handed to the handler: ZeroMQ itself bounds neither
//     unfinished multipart messages nor a handshake. More cuts the connection.
//   - A connection that says nothing for three heartbeats, does not finish its handshake in time,
//     or says nothing of its own within twice that time, is cut.
// A cut is shutdown(2) on the connection: it takes effect at once and cannot be delayed by the
// peer.
// An empty message is the transport's own sign of life, one per heartbeat and direction when there
// is nothing else to say; it reaches no handler. (ZMTP's own heartbeats are answered by ZeroMQ's
// thread even where the loop behind it hangs, and would count as undelivered bytes.)
//
// A key is rotated by a second Server, with the new key and another endpoint, beside the first and
// with the same registry; when no peer uses the old one any more it is destroyed. Peer numbers are
// unique among the servers of one loop.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/crypto/secret.h"
#include "core/transport/loop.h"
#include "core/transport/message.h"

namespace hub::transport {

struct ServerOptions {
  std::vector<std::string> endpoints;  // tcp://HOST:PORT, tcp://[::]:PORT, tcp://127.0.0.1:*
  crypto::TransportSecret secret;
  std::size_t max_message_bytes = std::size_t{4} << 20U;  // at least 1 KiB
  std::size_t max_undelivered_bytes = std::size_t{16}
                                      << 20U;  // at least max_message_bytes + 64 KiB
  std::size_t max_connections = 256;           // beyond it the oldest without a session makes room
  std::chrono::milliseconds heartbeat{5000};
  std::chrono::milliseconds handshake{10000};
  int send_queue = 1000;     // messages waiting for one peer; credit stays below it
  int receive_queue = 1000;  // messages of one peer waiting for the loop
};

// One session of one connection, never used again.
using PeerId = std::uint64_t;

class Server {
 public:
  // The user a key is registered to; nothing: not registered. Called on the handshake thread and
  // on the loop: must be thread-safe, fast, and must not throw.
  using Registered = std::function<std::optional<std::string>(const crypto::TransportPublic&)>;

  // Called on the loop thread.
  struct Handler {
    Handler() = default;
    Handler(const Handler&) = delete;
    Handler& operator=(const Handler&) = delete;
    Handler(Handler&&) = delete;
    Handler& operator=(Handler&&) = delete;
    virtual ~Handler() = default;

    // Before the first message of a peer.
    virtual void connected(PeerId peer, const std::string& user) = 0;
    virtual void received(PeerId peer, const std::string& user, Message message) = 0;
    // The last word about a peer: nothing of it is received and nothing can be sent to it.
    virtual void gone(PeerId peer) = 0;
    // send() said no because the peer's queue was full; now it may have room.
    virtual void room(PeerId) {}
  };

  // How often something was refused since the start.
  struct Counters {
    std::uint64_t refused_handshakes = 0;  // connections that ended without a session
    std::uint64_t unregistered = 0;        // handshakes and messages of keys not registered
    std::uint64_t multipart = 0;           // connections cut for a message of several parts
    std::uint64_t oversized = 0;           // connections cut for a message over the limit
    std::uint64_t flooded = 0;             // connections cut for too many undelivered bytes
    std::uint64_t silent = 0;              // connections cut for saying nothing
    std::uint64_t crowded_out = 0;         // connections cut over max_connections
  };

  // Binds; throws EnvError naming the endpoint when that fails. The loop and the handler must
  // outlive the server. Constructed and destroyed on the loop's thread or while it does not run.
  Server(Loop& loop, ServerOptions options, Registered registered, Handler& handler);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  Server(Server&&) = delete;
  Server& operator=(Server&&) = delete;
  ~Server();

  // False: the peer is gone, or its queue is full and Handler::room() will say when to try again.
  // The message stays the caller's either way. An empty one is a bug of ours.
  [[nodiscard]] bool send(PeerId peer, const Message& message);

  // Closes the connection at once; Handler::gone() follows from the loop, not from within.
  void cut(PeerId peer);
  void cut_user(std::string_view user);

  // Where it is bound, wildcards resolved.
  [[nodiscard]] const std::vector<std::string>& endpoints() const;
  // Connections accepted and not yet closed, sessions or not.
  [[nodiscard]] std::size_t connections() const;
  [[nodiscard]] Counters counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hub::transport
