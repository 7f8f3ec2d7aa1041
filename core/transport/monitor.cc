#include "core/transport/monitor.h"

#include <cstring>

#include "core/transport/message.h"

namespace hub::transport {

Monitor::Monitor(const Context& context, const Socket& watched, const std::string& name)
    : watched_(watched), events_(context, ZMQ_PAIR) {
  const std::string endpoint = "inproc://monitor-" + name;
  if (zmq_socket_monitor(watched_.get(), endpoint.c_str(), ZMQ_EVENT_ALL) != 0) {
    throw_zmq("watch the connections of a socket");
  }
  // Unlimited: ZeroMQ's thread would wait for room while it holds a lock that closing needs.
  events_.set(ZMQ_RCVHWM, 0);
  events_.connect(endpoint);
}

Monitor::~Monitor() { zmq_socket_monitor(watched_.get(), nullptr, 0); }

// Two parts: u16 event and u32 value in the machine's own order, then the endpoint.
std::optional<MonitorEvent> Monitor::next() {
  Message part;
  if (!events_.receive(part.raw())) return std::nullopt;
  std::uint16_t event = 0;
  std::int32_t value = 0;
  const auto bytes = part.bytes();
  if (bytes.size() == sizeof event + sizeof value) {
    std::memcpy(&event, bytes.data(), sizeof event);
    std::memcpy(&value, bytes.subspan(sizeof event).data(), sizeof value);
  }
  while (zmq_msg_more(&part.raw()) != 0 && events_.receive(part.raw())) {
  }
  return MonitorEvent{event, value};
}

}  // namespace hub::transport
