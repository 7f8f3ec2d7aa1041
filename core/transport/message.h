// Bytes on their way, without copying: what a socket received stays where ZeroMQ put it, what is
// sent is shared with its owner until ZeroMQ has encrypted it.
//
// Move-only; one thread at a time. Sending does not consume a message: send() may be tried again.
#pragma once

#include <memory>

#include "core/base/bytes.h"

// zmq.h stays inside this folder.
struct zmq_msg_t;  // NOLINT(readability-identifier-naming): ZeroMQ's name

namespace hub::transport {

class Message {
 public:
  Message();
  [[nodiscard]] static Message copy_of(Bytes bytes);
  // Keeps the buffer alive until the bytes have left; its last owner may be ZeroMQ's own thread.
  [[nodiscard]] static Message share(std::shared_ptr<const Buffer> buffer);

  [[nodiscard]] Bytes bytes() const;

  // The same bytes once more, without copying them where they are many.
  [[nodiscard]] Message again() const;

  // For the sockets of this folder.
  [[nodiscard]] zmq_msg_t& raw() { return *raw_; }
  [[nodiscard]] const zmq_msg_t& raw() const { return *raw_; }

 private:
  struct Close {
    void operator()(zmq_msg_t* message) const;
  };
  explicit Message(std::unique_ptr<zmq_msg_t, Close> raw);
  std::unique_ptr<zmq_msg_t, Close> raw_;
};

}  // namespace hub::transport
