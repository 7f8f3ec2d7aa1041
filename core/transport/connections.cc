#include "core/transport/connections.h"

#include <algorithm>
#include <utility>

namespace hub::transport {

bool Connections::accept(ConnectionId id, int fd, SteadyTime now) {
  by_fd_.erase(fd);
  auto tap = TcpTap::of(fd);
  if (!tap) return false;
  connections_.emplace(id, Connection(std::move(*tap), now));
  by_fd_[fd] = id;
  return true;
}

bool Connections::make_room(SteadyTime now) {
  const auto open = [](const auto& entry) { return !entry.second.is_cut; };
  if (static_cast<std::size_t>(std::ranges::count_if(connections_, open)) <= limits_.connections) {
    return false;
  }
  const auto oldest = std::ranges::find_if(
      connections_, [](const auto& entry) { return !entry.second.is_cut && !entry.second.peer; });
  if (oldest == connections_.end()) return false;
  oldest->second.cut(now);
  return true;
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

void Connection::cut(SteadyTime now) {
  if (std::exchange(is_cut, true)) return;
  closing = now;
  tap.cut();
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
    if (*what != Misbehaviour::Unnoticed) connection.cut(now);
  }
  return out;
}

std::optional<Misbehaviour> Connections::judge(Connection& connection, SteadyTime now) const {
  const bool flooded = connection.flood.over(connection.bytes_read, limits_.undelivered_bytes);
  if (connection.closing && now - *connection.closing > limits_.closing) {
    return Misbehaviour::Unnoticed;
  }
  if (connection.is_cut) return std::nullopt;
  if (flooded) return Misbehaviour::Flooded;
  if (now - connection.last_byte > limits_.silence) return Misbehaviour::Silent;
  if (!connection.peer && now - connection.accepted > limits_.hello) return Misbehaviour::NoHello;
  return std::nullopt;
}

}  // namespace hub::transport
