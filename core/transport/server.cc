#include "core/transport/server.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "core/base/encoding.h"
#include "core/base/result.h"
#include "core/transport/connections.h"
#include "core/transport/lookout.h"
#include "core/transport/monitor.h"
#include "core/transport/socket.h"
#include "core/transport/zap.h"

namespace hub::transport {
namespace {

// Refuses every handshake when the ZAP handler cannot be reached, instead of letting everybody in.
// Supported since 4.3.0 but named only in the draft part of zmq.h.
constexpr int kZapEnforceDomain = 93;

constexpr std::chrono::milliseconds kCheckInterval{50};
constexpr std::size_t kServerBatch =
    256;  // messages received before the loop's other work gets its turn

struct Peer {
  std::string routing_id;
  ConnectionId connection = 0;
  SteadyTime last_sent;
  std::string key;  // the User-Id of its messages
  crypto::TransportPublic public_key{};
  std::string user;
};

struct Incoming {
  std::string routing_id;
  Message message;
  bool multipart = false;
};

}  // namespace

class Server::Impl {
 public:
  Impl(Loop& loop, ServerOptions options, Registered registered, Handler& handler);
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(Impl&&) = delete;
  ~Impl();

  bool send(PeerId id, const Message& message);
  void cut(PeerId id);
  void cut_user(std::string_view user);
  [[nodiscard]] const std::vector<std::string>& endpoints() const { return options_.endpoints; }
  [[nodiscard]] std::size_t connections() const { return connections_.size(); }
  [[nodiscard]] Counters counters() const;

 private:
  void look();
  bool receive_batch(std::size_t most);
  bool receive(Incoming& out);
  void take(Incoming incoming);
  void take_from(PeerId id, Peer& peer, Connection& connection, Message message);
  PeerId admit(const Incoming& incoming, ConnectionId on);
  std::optional<ConnectionId> connection_of(const Incoming& incoming);
  void pull_events();
  void finish_leaving();
  void forget_connection(ConnectionId id);
  void offer_room();
  void check();
  void keep_alive(SteadyTime now);
  Socket::Sent put(Peer& peer, const Message& message);

  Loop& loop_;
  ServerOptions options_;
  Registered registered_;
  Handler& handler_;

  Context context_;
  ZapHandler zap_;
  Socket router_;
  Monitor monitor_;
  Loop::Timer timer_ = 0;
  Lookout lookout_;

  Connections connections_;
  std::unordered_map<PeerId, Peer> peers_;
  std::unordered_map<std::string, PeerId> by_routing_id_;
  std::vector<ConnectionId> leaving_;
  std::set<PeerId> refused_room_;
  Counters counters_;
};

Server::Impl::Impl(Loop& loop, ServerOptions options, Registered registered, Handler& handler)
    : loop_(loop),
      options_(std::move(options)),
      registered_(std::move(registered)),
      handler_(handler),
      zap_(loop, context_, registered_),
      router_(context_, ZMQ_ROUTER),
      monitor_(context_, router_, "server"),
      lookout_(loop, [this] { look(); }),
      connections_({.connections = options_.max_connections,
                    .undelivered_bytes = options_.max_undelivered_bytes,
                    .silence = 3 * options_.heartbeat,
                    .hello = 2 * options_.handshake,
                    .closing = options_.handshake}) {
  require(options_.max_message_bytes >= 1024, "a server takes messages of 1 KiB at least");
  require(options_.max_undelivered_bytes >= options_.max_message_bytes + (std::size_t{64} << 10U),
          "a server's limit of undelivered bytes has room for a message");
  set_wire_options(router_,
                   {options_.max_message_bytes, options_.send_queue, options_.receive_queue,
                    static_cast<int>(options_.handshake.count())},
                   options_.secret);
  router_.set(ZMQ_CURVE_SERVER, 1);
  router_.set(ZMQ_ZAP_DOMAIN, std::string(kZapDomain));
  router_.set(kZapEnforceDomain, 1);
  router_.set(ZMQ_ROUTER_MANDATORY, 1);
  for (auto& endpoint : options_.endpoints) {
    router_.bind(endpoint);
    endpoint = router_.last_endpoint();
  }
  loop_.watch(router_.fd(), [this] { look(); });
  loop_.watch(monitor_.fd(), [this] { look(); });
  timer_ = loop_.every(kCheckInterval, [this] { check(); });
  lookout_.soon();
}

Server::Impl::~Impl() {
  loop_.cancel(timer_);
  loop_.forget(router_.fd());
  loop_.forget(monitor_.fd());
}

// Everything that may have happened; called whenever ZeroMQ may have said so.
void Server::Impl::look() {
  bool drained = false;
  {
    const auto looking = lookout_.looking();
    pull_events();
    drained = receive_batch(kServerBatch);
    // What a connection said before it ended comes before its end.
    if (drained) finish_leaving();
    offer_room();
    // Receiving comes last: what the handler sent meanwhile may have taken a wake-up away.
    drained = drained && receive_batch(kServerBatch);
  }
  if (!drained) lookout_.soon();
}

// True when nothing waits any more.
bool Server::Impl::receive_batch(std::size_t most) {
  for (std::size_t i = 0; i < most; ++i) {
    Incoming incoming;
    if (!receive(incoming)) return true;
    take(std::move(incoming));
  }
  return false;
}

// One whole message; ZeroMQ shows no part before it has the last.
bool Server::Impl::receive(Incoming& out) {
  Message part;
  if (!router_.receive(part.raw())) return false;
  out.routing_id = to_text(part.bytes());
  if (!router_.receive(out.message.raw())) return false;
  while (zmq_msg_more(&(out.multipart ? part : out.message).raw()) != 0) {
    out.multipart = true;
    if (!router_.receive(part.raw())) break;
  }
  return true;
}

// Routing ids are trusted with nothing but an answer: who speaks is what the handshake proved
// (User-Id), over which connection is what ZeroMQ read it from (SRCFD).
void Server::Impl::take(Incoming incoming) {
  const auto id = connection_of(incoming);
  if (!id) return;
  auto* const connection = connections_.find(*id);
  if (connection == nullptr || connection->is_cut) return;
  if (incoming.multipart) {
    ++counters_.multipart;
    connection->cut(loop_.clock().steady());
    return;
  }
  if (incoming.message.bytes().size() > options_.max_message_bytes) {
    ++counters_.oversized;
    connection->cut(loop_.clock().steady());
    return;
  }
  connection->flood.delivered();
  // An empty message only says that its sender is there.
  if (incoming.message.bytes().empty()) return;
  const auto peer_id = connection->peer ? *connection->peer : admit(incoming, *id);
  const auto peer = peers_.find(peer_id);
  if (peer == peers_.end()) return;
  take_from(peer_id, peer->second, *connection, std::move(incoming.message));
}

std::optional<ConnectionId> Server::Impl::connection_of(const Incoming& incoming) {
  const auto known = by_routing_id_.find(incoming.routing_id);
  if (known != by_routing_id_.end()) return peers_.at(known->second).connection;
  // A new one: its acceptance was reported before its first message.
  pull_events();
  const auto id = connections_.last_on(zmq_msg_get(&incoming.message.raw(), ZMQ_SRCFD));
  if (!id) return std::nullopt;
  auto* const connection = connections_.find(*id);
  if (connection != nullptr && connection->peer) {
    // Another session already goes over it: the late word of a connection that had the same
    // descriptor before. Which of the two is late cannot be told, so the peer has to call again.
    connection->cut(loop_.clock().steady());
    return std::nullopt;
  }
  return id;
}

// A session for the first message of a connection; 0: refused.
PeerId Server::Impl::admit(const Incoming& incoming, ConnectionId on) {
  auto& connection = *connections_.find(on);
  const char* const key = zmq_msg_gets(&incoming.message.raw(), "User-Id");
  const char* const chosen_id = zmq_msg_gets(&incoming.message.raw(), "Identity");
  const auto bytes = from_hex(key == nullptr ? "" : key);
  Peer peer;
  peer.routing_id = incoming.routing_id;
  peer.connection = on;
  peer.last_sent = loop_.clock().steady();
  // A peer that chooses its own routing id could wait for answers meant for another.
  const bool own_id = chosen_id != nullptr && *chosen_id != '\0';
  if (own_id || !bytes || bytes->size() != peer.public_key.size()) {
    connection.cut(loop_.clock().steady());
    return 0;
  }
  std::ranges::copy(*bytes, peer.public_key.begin());
  peer.key = key;
  auto user = registered_(peer.public_key);
  if (!user) {
    ++counters_.unregistered;
    connection.cut(loop_.clock().steady());
    return 0;
  }
  peer.user = std::move(*user);
  const PeerId id = loop_.next_number();
  connection.peer = id;
  by_routing_id_[peer.routing_id] = id;
  const auto& added = peers_.emplace(id, std::move(peer)).first->second;
  handler_.connected(id, added.user);
  return id;
}

void Server::Impl::take_from(PeerId id, Peer& peer, Connection& connection, Message message) {
  if (connection.is_cut) return;  // by connected()
  const char* const key = zmq_msg_gets(&message.raw(), "User-Id");
  const auto user = registered_(peer.public_key);
  if (key == nullptr || peer.key != key || !user || *user != peer.user) {
    ++counters_.unregistered;
    connection.cut(loop_.clock().steady());
    return;
  }
  handler_.received(id, peer.user, std::move(message));
}

void Server::Impl::pull_events() {
  const auto now = loop_.clock().steady();
  while (const auto event = monitor_.next()) {
    switch (event->event) {
      case ZMQ_EVENT_ACCEPTED:
        if (!connections_.accept(loop_.next_number(), event->value, now)) {
          ++counters_.refused_handshakes;
        } else if (connections_.make_room(now)) {
          ++counters_.crowded_out;
        }
        break;
      case ZMQ_EVENT_DISCONNECTED:
        if (const auto id = connections_.last_on(event->value)) leaving_.push_back(*id);
        break;
      default: break;
    }
  }
}

void Server::Impl::finish_leaving() {
  for (const auto id : std::exchange(leaving_, {})) {
    const auto* const connection = connections_.find(id);
    if (connection == nullptr) continue;
    // Neither we nor the peer ended it: ZeroMQ refuses a frame over the limit this way.
    if (!connection->is_cut && connection->peer && !connection->tap.peer_left())
      ++counters_.oversized;
    forget_connection(id);
  }
}

void Server::Impl::forget_connection(ConnectionId id) {
  auto* const connection = connections_.find(id);
  if (connection == nullptr) return;
  const auto peer_id = connection->peer;
  connections_.remove(id);
  if (!peer_id) {
    // ZeroMQ reports only some of the ways in which a handshake can fail.
    ++counters_.refused_handshakes;
    return;
  }
  const auto peer = peers_.find(*peer_id);
  by_routing_id_.erase(peer->second.routing_id);
  peers_.erase(peer);
  handler_.gone(*peer_id);
}

void Server::Impl::offer_room() {
  for (const auto id : std::exchange(refused_room_, {})) {
    if (peers_.contains(id)) handler_.room(id);
  }
}

// ZeroMQ serves connections in turn, so as many receives as there are connections, and some, give
// every one that has a complete message the chance to show it.
void Server::Impl::check() {
  const auto now = loop_.clock().steady();
  pull_events();
  connections_.sample(now);
  {
    const auto looking = lookout_.looking();
    static_cast<void>(receive_batch((2 * connections_.size()) + kServerBatch));
  }
  for (const auto& [id, what] : connections_.judge(now)) {
    switch (what) {
      case Misbehaviour::Flooded: ++counters_.flooded; break;
      case Misbehaviour::Silent:
      case Misbehaviour::NoHello: ++counters_.silent; break;
      case Misbehaviour::Unnoticed: forget_connection(id); break;
    }
  }
  keep_alive(now);
  look();
}

void Server::Impl::keep_alive(SteadyTime now) {
  for (auto& [id, peer] : peers_) {
    if (now - peer.last_sent < options_.heartbeat) continue;
    peer.last_sent = now;
    put(peer, Message());
  }
}

Socket::Sent Server::Impl::put(Peer& peer, const Message& message) {
  auto address = Message::copy_of(as_bytes(peer.routing_id));
  auto copy = message.again();
  const auto sent = router_.send(address.raw(), true);
  if (sent == Socket::Sent::Yes) static_cast<void>(router_.send(copy.raw(), false));
  lookout_.soon();
  return sent;
}

bool Server::Impl::send(PeerId id, const Message& message) {
  require(!message.bytes().empty(), "a message has bytes");
  const auto found = peers_.find(id);
  if (found == peers_.end()) return false;
  auto& peer = found->second;
  const auto* const connection = connections_.find(peer.connection);
  if (connection == nullptr || connection->is_cut) return false;
  const auto sent = put(peer, message);
  if (sent == Socket::Sent::QueueFull) refused_room_.insert(id);
  if (sent == Socket::Sent::Yes) peer.last_sent = loop_.clock().steady();
  return sent == Socket::Sent::Yes;
}

void Server::Impl::cut(PeerId id) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  auto* const connection = connections_.find(found->second.connection);
  if (connection != nullptr) connection->cut(loop_.clock().steady());
}

void Server::Impl::cut_user(std::string_view user) {
  for (const auto& [id, peer] : peers_) {
    if (peer.user == user) cut(id);
  }
}

Server::Counters Server::Impl::counters() const {
  auto out = counters_;
  out.unregistered += zap_.refused();
  return out;
}

Server::Server(Loop& loop, ServerOptions options, Registered registered, Handler& handler)
    : impl_(std::make_unique<Impl>(loop, std::move(options), std::move(registered), handler)) {}

Server::~Server() = default;

bool Server::send(PeerId peer, const Message& message) { return impl_->send(peer, message); }
void Server::cut(PeerId peer) { impl_->cut(peer); }
void Server::cut_user(std::string_view user) { impl_->cut_user(user); }
const std::vector<std::string>& Server::endpoints() const { return impl_->endpoints(); }
std::size_t Server::connections() const { return impl_->connections(); }
Server::Counters Server::counters() const { return impl_->counters(); }

}  // namespace hub::transport
