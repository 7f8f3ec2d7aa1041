#include "core/transport/client.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/byte_reader.h"
#include "core/base/result.h"
#include "core/transport/lookout.h"
#include "core/transport/monitor.h"
#include "core/transport/socket.h"
#include "core/transport/tcp_tap.h"

namespace hub::transport {
namespace {

constexpr std::chrono::milliseconds kLongestCheckInterval{100};
constexpr std::size_t kBatch = 256;  // messages received before the loop's other work gets its turn

using State = Client::State;
using Reason = Client::Reason;

// One attempt, and the session it becomes.
struct Session {
  Session(const Context& context, std::uint64_t number)
      : socket(context, ZMQ_DEALER), monitor(context, socket, std::to_string(number)) {}

  Socket socket;
  Monitor monitor;
  std::optional<TcpTap> tap;
  FloodGuard flood;
  std::uint64_t bytes_read = 0;
  SteadyTime last_byte;
  SteadyTime last_sent;
  SteadyTime last_check;
  bool refused_room = false;
};

}  // namespace

class Client::Impl {
 public:
  Impl(Loop& loop, ClientOptions options, Handler& handler, Random random);
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(Impl&&) = delete;
  ~Impl() { stop(); }

  void start();
  void stop();
  bool send(const Message& message);
  void reset(Reason reason);
  [[nodiscard]] const State& state() const { return state_; }

 private:
  using Current = std::shared_ptr<Session>;

  void enter(State::Phase phase);
  void attempt();
  void look();
  bool receive_batch(const Current& session, std::size_t most);
  void pull_events(const Current& session);
  void handle(const Current& session, const MonitorEvent& event);
  void opened(const Current& session);
  void check();
  void end(Reason reason);
  void close_session();
  void wait_for_next();
  Socket::Sent put(Session& session, const Message& message);

  Loop& loop_;
  ClientOptions options_;
  Handler& handler_;
  Random random_;
  Context context_;
  // Shared, because a callback may end the session whose loop it is called from.
  Current session_;
  State state_;
  Loop::Timer timer_ = 0;  // the next attempt, the end of this one, or the check of a session
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  Lookout lookout_;
};

Client::Impl::Impl(Loop& loop, ClientOptions options, Handler& handler, Random random)
    : loop_(loop),
      options_(std::move(options)),
      handler_(handler),
      random_(std::move(random)),
      lookout_(loop, [this] { look(); }) {
  require(options_.max_message_bytes >= 1024, "a client takes messages of 1 KiB at least");
  require(options_.retry_least.count() > 0 && options_.retry_most >= options_.retry_least,
          "a client waits between attempts");
  enter(State::Phase::Stopped);
}

void Client::Impl::enter(State::Phase phase) {
  state_.phase = phase;
  state_.since = loop_.clock().now();
  state_.next_attempt.reset();
}

void Client::Impl::start() {
  if (state_.phase == State::Phase::Stopped) attempt();
}

void Client::Impl::stop() {
  if (state_.phase == State::Phase::Stopped) return;
  close_session();
  state_.last_reason = Reason::Asked;
  enter(State::Phase::Stopped);
}

void Client::Impl::attempt() {
  enter(State::Phase::Connecting);
  timer_ = loop_.after(options_.handshake, [this] { end(Reason::Unreachable); });
  session_ = std::make_shared<Session>(context_, loop_.next_number());
  auto& socket = session_->socket;
  const auto handshake_ms = static_cast<int>(options_.handshake.count());
  set_wire_options(
      socket,
      {options_.max_message_bytes, options_.send_queue, options_.receive_queue, handshake_ms},
      options_.secret);
  socket.set(ZMQ_CURVE_SERVERKEY, Bytes(options_.server_key));
  socket.set(ZMQ_RECONNECT_IVL, -1);
  socket.set(ZMQ_CONNECT_TIMEOUT, handshake_ms);
  socket.set(ZMQ_IMMEDIATE, 1);
  loop_.watch(socket.fd(), [this] { look(); });
  loop_.watch(session_->monitor.fd(), [this] { look(); });
  socket.connect(options_.endpoint);
  lookout_.soon();
}

void Client::Impl::look() {
  const auto session = session_;
  if (!session) return;
  bool drained = false;
  {
    const auto looking = lookout_.looking();
    drained = receive_batch(session, kBatch);
    // A session's last words come before its end.
    if (drained) pull_events(session);
    if (session == session_ && std::exchange(session->refused_room, false)) handler_.room();
    // Receiving comes last: what the handler sent meanwhile may have taken a wake-up away.
    drained = drained && receive_batch(session, kBatch);
  }
  if (!drained) lookout_.soon();
}

// True when nothing waits any more.
bool Client::Impl::receive_batch(const Current& session, std::size_t most) {
  for (std::size_t i = 0; i < most; ++i) {
    Message message;
    if (session != session_ || !session->socket.receive(message.raw())) return true;
    if (zmq_msg_more(&message.raw()) != 0) {
      end(Reason::ClosedByPeer);  // messages have one part
      return true;
    }
    session->flood.delivered();
    state_.failures = 0;
    // An empty message only says that the broker is there.
    if (!message.bytes().empty()) handler_.received(std::move(message));
  }
  return false;
}

void Client::Impl::pull_events(const Current& session) {
  while (session == session_) {
    const auto event = session->monitor.next();
    if (!event) break;
    // What came before this was reported is received first.
    if (event->event == ZMQ_EVENT_DISCONNECTED) {
      while (!receive_batch(session, kBatch)) {
      }
    }
    if (session == session_) handle(session, *event);
  }
}

void Client::Impl::handle(const Current& session, const MonitorEvent& event) {
  const bool is_open = state_.phase == State::Phase::Connected;
  switch (event.event) {
    case ZMQ_EVENT_CONNECTED: session->tap = TcpTap::of(event.value); break;
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: opened(session); break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: end(Reason::NotRegistered); break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
    case ZMQ_EVENT_CLOSED:
    case ZMQ_EVENT_DISCONNECTED: end(is_open ? Reason::ClosedByPeer : Reason::Unreachable); break;
    default: break;
  }
}

void Client::Impl::opened(const Current& session) {
  if (!session->tap) {
    end(Reason::Unreachable);  // closed again meanwhile
    return;
  }
  loop_.cancel(timer_);
  const auto now = loop_.clock().steady();
  session->last_byte = now;
  session->last_sent = now;
  session->last_check = now;
  enter(State::Phase::Connected);
  timer_ = loop_.every(
      std::clamp(options_.heartbeat / 4, std::chrono::milliseconds(1), kLongestCheckInterval),
      [this] { check(); });
  handler_.connected();
}

// The same bounds as on the server's side: a broker that was taken over must not be able to fill
// the memory of its agents.
void Client::Impl::check() {
  const auto session = session_;
  const auto now = loop_.clock().steady();
  const auto& tap = session->tap;
  const auto bytes_read = tap ? tap->bytes_read() : 0;
  const auto silence = 3 * options_.heartbeat;
  // A check that comes late by the whole time of silence: it was this process that stood still.
  const bool stood_still = now - std::exchange(session->last_check, now) > silence;
  if (bytes_read > session->bytes_read || stood_still) session->last_byte = now;
  session->bytes_read = std::max(session->bytes_read, bytes_read);
  {
    const auto looking = lookout_.looking();
    static_cast<void>(receive_batch(session, kBatch));
  }
  if (session != session_) return;
  if (session->flood.over(session->bytes_read, options_.max_undelivered_bytes)) {
    end(Reason::ClosedByPeer);
    return;
  }
  if (now - session->last_byte > silence) {
    end(Reason::Silent);
    return;
  }
  if (now - session->last_sent >= options_.heartbeat) put(*session, Message());
  look();
}

void Client::Impl::end(Reason reason) {
  if (!session_) return;
  close_session();
  state_.last_reason = reason;
  wait_for_next();
  handler_.disconnected(reason);
}

void Client::Impl::close_session() {
  loop_.cancel(timer_);
  if (!session_) return;
  loop_.forget(session_->socket.fd());
  loop_.forget(session_->monitor.fd());
  session_.reset();
}

void Client::Impl::wait_for_next() {
  const auto least = options_.retry_least.count();
  const auto most = options_.retry_most.count();
  // Doubling stops long before it could overflow.
  const auto doubled = state_.failures < 30 ? least << state_.failures : most;
  const auto ceiling = std::clamp(doubled, least, most);
  ++state_.failures;
  std::array<std::uint8_t, 8> bytes{};
  random_(bytes);
  const auto spread = static_cast<std::uint64_t>(ceiling - least) + 1;
  const auto wait = std::chrono::milliseconds(
      least + static_cast<std::int64_t>(ByteReader(bytes).u64() % spread));
  enter(State::Phase::Waiting);
  state_.next_attempt = loop_.clock().now() + wait;
  timer_ = loop_.after(wait, [this] { attempt(); });
}

Socket::Sent Client::Impl::put(Session& session, const Message& message) {
  auto copy = message.again();
  const auto sent = session.socket.send(copy.raw(), false);
  if (sent == Socket::Sent::Yes) session.last_sent = loop_.clock().steady();
  lookout_.soon();
  return sent;
}

bool Client::Impl::send(const Message& message) {
  require(!message.bytes().empty(), "a message has bytes");
  if (state_.phase != State::Phase::Connected) return false;
  const auto sent = put(*session_, message);
  if (sent != Socket::Sent::Yes) session_->refused_room = true;
  return sent == Socket::Sent::Yes;
}

void Client::Impl::reset(Reason reason) {
  loop_.post([this, reason, session = std::weak_ptr<Session>(session_),
              alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired() && !session.expired() && session.lock() == session_) end(reason);
  });
}

Client::Client(Loop& loop, ClientOptions options, Handler& handler, Random random)
    : impl_(std::make_unique<Impl>(loop, std::move(options), handler, std::move(random))) {}

Client::~Client() = default;

void Client::start() { impl_->start(); }
void Client::stop() { impl_->stop(); }
bool Client::send(const Message& message) { return impl_->send(message); }
void Client::reset(Reason reason) { impl_->reset(reason); }
Client::State Client::state() const { return impl_->state(); }

std::string_view name_of(Client::Reason reason) {
  switch (reason) {
    case Reason::Unreachable: return "unreachable";
    case Reason::NotRegistered: return "not registered";
    case Reason::Silent: return "silent";
    case Reason::ClosedByPeer: return "closed by peer";
    case Reason::Asked: return "asked";
  }
  return "unknown";
}

}  // namespace hub::transport
