#include "core/transport/socket.h"

#include <array>
#include <cerrno>
#include <cstdint>

#include "core/base/result.h"

namespace hub::transport {
namespace {

// A CURVE MESSAGE frame is longer than what it carries: 8 bytes of name, 8 of nonce, 16 of
// authenticator, 1 of flags (RFC 26). ZMQ_MAXMSGSIZE limits the frame.
constexpr std::size_t kCurveOverhead = 33;

}  // namespace

void throw_zmq(const std::string& doing) {
  throw EnvError("cannot " + doing + ": " + zmq_strerror(zmq_errno()));
}

Context::Context() : context_(zmq_ctx_new()) {
  if (context_ == nullptr) throw_zmq("start ZeroMQ");
}

Context::~Context() {
  while (zmq_ctx_term(context_) != 0 && zmq_errno() == EINTR) {
  }
}

Socket::Socket(const Context& context, int type) : socket_(zmq_socket(context.get(), type)) {
  if (socket_ == nullptr) throw_zmq("open a ZeroMQ socket");
  set(ZMQ_LINGER, 0);
}

Socket::~Socket() { zmq_close(socket_); }

void Socket::set(int option, int value) {
  if (zmq_setsockopt(socket_, option, &value, sizeof value) != 0) {
    throw_zmq("set ZeroMQ socket option " + std::to_string(option));
  }
}

void Socket::set(int option, Bytes value) {
  if (zmq_setsockopt(socket_, option, value.data(), value.size()) != 0) {
    throw_zmq("set ZeroMQ socket option " + std::to_string(option));
  }
}

void Socket::bind(const std::string& endpoint) {
  if (zmq_bind(socket_, endpoint.c_str()) != 0) throw_zmq("listen on " + endpoint);
}

void Socket::connect(const std::string& endpoint) {
  if (zmq_connect(socket_, endpoint.c_str()) != 0) throw_zmq("connect to " + endpoint);
}

std::string Socket::last_endpoint() const {
  std::array<char, 256> text{};
  std::size_t size = text.size();
  if (zmq_getsockopt(socket_, ZMQ_LAST_ENDPOINT, text.data(), &size) != 0) {
    throw_zmq("ask a ZeroMQ socket for its endpoint");
  }
  return {text.data()};
}

int Socket::fd() const {
  int fd = -1;
  std::size_t size = sizeof fd;
  if (zmq_getsockopt(socket_, ZMQ_FD, &fd, &size) != 0) {
    throw_zmq("ask a ZeroMQ socket for its descriptor");
  }
  return fd;
}

bool Socket::receive(zmq_msg_t& message) const {
  while (zmq_msg_recv(&message, socket_, ZMQ_DONTWAIT) < 0) {
    if (zmq_errno() == EAGAIN) return false;
    if (zmq_errno() != EINTR) throw_zmq("receive from a ZeroMQ socket");
  }
  return true;
}

Socket::Sent Socket::send(zmq_msg_t& message, bool more) const {
  while (zmq_msg_send(&message, socket_, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) < 0) {
    if (zmq_errno() == EAGAIN) return Sent::QueueFull;
    if (zmq_errno() == EHOSTUNREACH) return Sent::NoPeer;
    if (zmq_errno() != EINTR) throw_zmq("send to a ZeroMQ socket");
  }
  return Sent::Yes;
}

void set_wire_options(Socket& socket, const WireLimits& limits,
                      const crypto::TransportSecret& own) {
  const auto max_frame = static_cast<std::int64_t>(limits.max_message_bytes + kCurveOverhead);
  if (zmq_setsockopt(socket.get(), ZMQ_MAXMSGSIZE, &max_frame, sizeof max_frame) != 0) {
    throw_zmq("limit the size of messages");
  }
  socket.set(ZMQ_SNDHWM, limits.send_queue);
  socket.set(ZMQ_RCVHWM, limits.receive_queue);
  socket.set(ZMQ_HANDSHAKE_IVL, limits.handshake_ms);
  socket.set(ZMQ_IPV6, 1);
  socket.set(ZMQ_TCP_KEEPALIVE, 1);
  socket.set(ZMQ_TCP_KEEPALIVE_IDLE, 60);
  socket.set(ZMQ_TCP_KEEPALIVE_INTVL, 15);
  socket.set(ZMQ_TCP_KEEPALIVE_CNT, 4);
  socket.set(ZMQ_CURVE_SECRETKEY, own.expose());
  socket.set(ZMQ_CURVE_PUBLICKEY, Bytes(crypto::public_of(own)));
}

}  // namespace hub::transport
