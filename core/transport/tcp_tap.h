// A second descriptor of a TCP connection that ZeroMQ owns, to see what it has read, and to end it.
// Inside this folder only.
//
// A descriptor of its own cannot come to mean another connection when ZeroMQ closes its one and the
// system gives the number away again. The price: the connection stays until the tap is closed, too.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/file.h"

namespace hub::transport {

class TcpTap {
 public:
  // Nothing when the descriptor is closed by now, or is no TCP socket. When the system has no
  // descriptor left the connection is cut, because it could not be watched.
  [[nodiscard]] static std::optional<TcpTap> of(int fd);

  // Bytes ZeroMQ has read from the connection since it began; never more than it really has.
  [[nodiscard]] std::uint64_t bytes_read() const;
  // True when the peer hung up, or the connection broke.
  [[nodiscard]] bool peer_left() const;
  // Both directions, at once, whatever the peer does; ZeroMQ then drops the connection.
  void cut() const;

 private:
  explicit TcpTap(FileDescriptor fd) : fd_(std::move(fd)) {}
  FileDescriptor fd_;
};

// Notices a peer of whom more arrives than is ever delivered: ZeroMQ keeps unfinished multipart
// messages without a limit.
//
// Call over() from time to time with bytes_read() as it was before all that waited was received,
// and delivered() for every message. Delivering starts the count anew. What a peer hides by that,
// it hides once: after it the unfinished message must be finished, and one of several parts cuts
// the connection.
class FloodGuard {
 public:
  void delivered() { delivered_ = true; }
  [[nodiscard]] bool over(std::uint64_t bytes_read, std::uint64_t limit);

 private:
  std::uint64_t base_ = 0;
  bool delivered_ = false;
};

}  // namespace hub::transport
