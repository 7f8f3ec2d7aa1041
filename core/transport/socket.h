// ZeroMQ's contexts and sockets as values that close themselves and throw EnvError. Inside this
// folder only.
#pragma once

#include <zmq.h>

#include <cstdint>
#include <string>

#include "core/base/bytes.h"
#include "core/crypto/secret.h"

namespace hub::transport {

// Throws EnvError: "cannot <doing>: <reason>".
[[noreturn]] void throw_zmq(const std::string& doing);

// Owns one I/O thread. Outlives its sockets.
class Context {
 public:
  Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  Context(Context&&) = delete;
  Context& operator=(Context&&) = delete;
  ~Context();

  [[nodiscard]] void* get() const { return context_; }

 private:
  void* context_;
};

// One socket, used by one thread at a time. Closing drops what was not sent (LINGER 0).
class Socket {
 public:
  Socket(const Context& context, int type);
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  Socket(Socket&&) = delete;
  Socket& operator=(Socket&&) = delete;
  ~Socket();

  void set(int option, int value);
  void set(int option, Bytes value);
  void set(int option, const std::string& value) { set(option, as_bytes(value)); }

  void bind(const std::string& endpoint);
  void connect(const std::string& endpoint);
  [[nodiscard]] std::string last_endpoint() const;

  // Readable when something may have happened, and only once for it: after each wake-up, and after
  // each send, receive until there is nothing.
  [[nodiscard]] int fd() const;

  // The next part into `message`; false: there is none now.
  [[nodiscard]] bool receive(zmq_msg_t& message) const;

  enum class Sent : std::uint8_t { Yes, QueueFull, NoPeer };
  // On Yes the message is empty, otherwise unchanged.
  [[nodiscard]] Sent send(zmq_msg_t& message, bool more) const;

  [[nodiscard]] void* get() const { return socket_; }

 private:
  void* socket_;
};

// What client and server set alike.
struct WireLimits {
  std::size_t max_message_bytes;
  int send_queue;
  int receive_queue;
  int handshake_ms;
};
void set_wire_options(Socket& socket, const WireLimits& limits, const crypto::TransportSecret& own);

}  // namespace hub::transport
