// What ZeroMQ's own thread reports of a socket's connections, in the order it happened. Inside this
// folder only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/transport/socket.h"

namespace hub::transport {

struct MonitorEvent {
  int event = 0;  // ZMQ_EVENT_...
  int value = 0;  // of ACCEPTED, CONNECTED, DISCONNECTED: the descriptor
};

class Monitor {
 public:
  // `watched` must outlive the monitor; `name` is unique within the context.
  Monitor(const Context& context, const Socket& watched, const std::string& name);
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;
  Monitor(Monitor&&) = delete;
  Monitor& operator=(Monitor&&) = delete;
  ~Monitor();

  [[nodiscard]] int fd() const { return events_.fd(); }
  // The next event; nothing: there is none now.
  [[nodiscard]] std::optional<MonitorEvent> next();

 private:
  const Socket& watched_;
  Socket events_;
};

}  // namespace hub::transport
