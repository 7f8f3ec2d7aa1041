#include "core/transport/connections.h"

#include <algorithm>
#include <utility>

namespace hub::transport {

std::size_t Connections::accept(ConnectionId id, int fd, SteadyTime now) {
  auto tap = TcpTap::of(fd);
  if (!tap) return 0;  // gone already: its end is reported next
  connections_.emplace(id, Connection{std::move(*tap), now, now});
  by_fd_[fd] = id;

  const auto open = [](const auto& entry) { return !entry.second.cut; };
  if (static_cast<std::size_t>(std::ranges::count_if(connections_, open)) <= limits_.connections) {
    return 0;
  }
  // The newest has no session yet, so there is always one to cut.
  const auto oldest = std::ranges::find_if(connections_, [](const auto& entry) {
    return !entry.second.cut && !entry.second.peer;
  });
  cut(oldest->second, now);
  return 1;
}

Connection* Connections::find(ConnectionId id) {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : &found->second;
}

std::optional<ConnectionId> Connections::last_on(int fd) const {
  const auto found = by_fd_.find(fd);
  if (found == by_fd_.end()) return std::nullopt;
  return found->second;
}

void Connections::cut(Connection& connection, SteadyTime now) {
  if (connection.cut) return;
  connection.cut = true;
  connection.closing = now;
  connection.tap.cut();
}

void Connections::remove(ConnectionId id) {
  connections_.erase(id);
  std::erase_if(by_fd_, [id](const auto& entry) { return entry.second == id; });
}

void Connections::sample(SteadyTime now) {
  const bool stood_still = now - std::exchange(last_sample_, now) > limits_.silence;
  for (auto& [id, connection] : connections_) {
    const auto bytes_read = connection.tap.bytes_read();
    if (bytes_read > connection.bytes_read) {
      connection.bytes_read = bytes_read;
      connection.last_byte = now;
    }
    if (stood_still) connection.last_byte = now;
    if (!connection.closing && connection.tap.peer_left()) connection.closing = now;
  }
}

std::vector<Connections::Verdict> Connections::judge(SteadyTime now) {
  std::vector<Verdict> out;
  for (auto& [id, connection] : connections_) {
    const auto what = judge(connection, now);
    if (!what) continue;
    out.push_back({id, *what});
    if (*what != Misbehaviour::Unnoticed) cut(connection, now);
  }
  return out;
}

std::optional<Misbehaviour> Connections::judge(Connection& connection, SteadyTime now) const {
  const bool flooded = connection.flood.over(connection.bytes_read, limits_.undelivered_bytes);
  if (connection.closing && now - *connection.closing > limits_.closing) {
    return Misbehaviour::Unnoticed;
  }
  if (connection.cut) return std::nullopt;
  if (flooded) return Misbehaviour::Flooded;
  if (now - connection.last_byte > limits_.silence) return Misbehaviour::Silent;
  if (!connection.peer && now - connection.accepted > limits_.hello) return Misbehaviour::NoHello;
  return std::nullopt;
}

}  // namespace hub::transport
