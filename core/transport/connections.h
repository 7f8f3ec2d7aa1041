// The connections a server has accepted: a tap on each, and whether it behaves. Inside this folder
// only; loop thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/transport/tcp_tap.h"

namespace hub::transport {

using ConnectionId = std::uint64_t;

struct Connection {
  Connection(TcpTap on, SteadyTime now) : tap(std::move(on)), accepted(now), last_byte(now) {}
  // Takes effect at once; ZeroMQ reports its end some time later.
  void cut(SteadyTime now);

  TcpTap tap;
  SteadyTime accepted;
  SteadyTime last_byte;
  FloodGuard flood;
  std::uint64_t bytes_read = 0;       // as last sampled
  std::optional<std::uint64_t> peer;  // the session that goes over it
  std::optional<SteadyTime> closing;  // since when it is cut or left
  bool is_cut = false;                // by us: nothing of it counts any more
};

struct ConnectionLimits {
  std::size_t connections;
  std::uint64_t undelivered_bytes;
  std::chrono::milliseconds silence;  // without a byte
  std::chrono::milliseconds hello;    // accepted, without a session
  std::chrono::milliseconds closing;  // for ZeroMQ to notice that a connection ended
};

enum class Misbehaviour : std::uint8_t { Flooded, Silent, NoHello, Unnoticed };

class Connections {
 public:
  explicit Connections(ConnectionLimits limits) : limits_(limits) {}

  // A connection ZeroMQ accepted on `fd`, which takes the number over from an earlier one. False:
  // it is gone by now.
  [[nodiscard]] bool accept(ConnectionId id, int fd, SteadyTime now);
  // Cuts the oldest without a session if there are too many. True: it did.
  [[nodiscard]] bool make_room(SteadyTime now);

  // Nullptr when unknown. The pointer holds until the connection is removed.
  [[nodiscard]] Connection* find(ConnectionId id);
  // The one that had this descriptor last.
  [[nodiscard]] std::optional<ConnectionId> last_on(int fd) const;
  void remove(ConnectionId id);
  [[nodiscard]] std::size_t size() const { return connections_.size(); }

  // First sample(), then receive what waits, then judge(): so what is complete is not held against
  // a connection. A sample that comes late by the whole time of silence finds nobody silent: it was
  // this process that stood still.
  void sample(SteadyTime now);
  struct Verdict {
    ConnectionId id;
    Misbehaviour what;
  };
  // What misbehaves; all but Unnoticed, which is only to be removed, is then cut.
  [[nodiscard]] std::vector<Verdict> judge(SteadyTime now);

 private:
  [[nodiscard]] std::optional<Misbehaviour> judge(Connection& connection, SteadyTime now) const;

  const ConnectionLimits limits_;
  std::map<ConnectionId, Connection> connections_;  // ids increase: oldest first
  std::unordered_map<int, ConnectionId> by_fd_;
  SteadyTime last_sample_;
};

}  // namespace hub::transport
