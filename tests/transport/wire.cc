#include "tests/transport/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <utility>

namespace hub::transport {

RunningLoop::RunningLoop() : loop_(clock_), thread_([this] { loop_.run(); }) {}

RunningLoop::~RunningLoop() {
  loop_.stop();
  thread_.join();
}

bool RunningLoop::until(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (in([&holds] { return holds(); })) return true;
    std::this_thread::yield();
  }
  return false;
}

void Registry::add(const crypto::TransportPublic& key, std::string user) {
  const std::scoped_lock lock(mutex_);
  users_[key] = std::move(user);
}

void Registry::remove(const crypto::TransportPublic& key) {
  const std::scoped_lock lock(mutex_);
  users_.erase(key);
}

std::optional<std::string> Registry::user_of(const crypto::TransportPublic& key) const {
  const std::scoped_lock lock(mutex_);
  const auto found = users_.find(key);
  if (found == users_.end()) return std::nullopt;
  return found->second;
}

void ServerLog::connected(PeerId peer, const std::string& user) {
  board.note([&] {
    peers[peer] = user;
    ++sessions;
  });
}

void ServerLog::received(PeerId peer, const std::string& user, Message message) {
  if (echo) static_cast<void>(server->send(peer, message));
  board.note([&] {
    messages.push_back({peer, user, keep_texts ? to_text(message.bytes()) : std::string()});
  });
}

void ServerLog::gone(PeerId peer) {
  board.note([&] { peers.erase(peer); });
}

void ServerLog::room(PeerId peer) {
  if (send_when_room.empty()) return;
  if (server->send(peer, Message::copy_of(as_bytes(send_when_room)))) send_when_room.clear();
}

void ClientLog::connected() {
  if (!hello.empty()) static_cast<void>(client->send(Message::copy_of(as_bytes(hello))));
  board.note([&] { ++sessions; });
}

void ClientLog::received(Message message) {
  board.note([&] { texts.push_back(to_text(message.bytes())); });
}

void ClientLog::disconnected(Client::Reason reason) {
  board.note([&] { ends.push_back(reason); });
}

TestServer::TestServer(Limits limits) : limits_(limits) {
  const auto secret = crypto::TransportSecret::random();
  key = crypto::public_of(secret);
  secret_ = to_buffer(secret.expose());
  start();
}

TestServer::~TestServer() { stop(); }

void TestServer::start() {
  loop.in([this] {
    server_ = std::make_unique<Server>(
        loop.get(),
        ServerOptions{.endpoints = {endpoint_},
                      .secret = *crypto::TransportSecret::from(secret_),
                      .max_message_bytes = limits_.max_message_bytes,
                      .max_undelivered_bytes = limits_.max_undelivered_bytes,
                      .max_connections = limits_.max_connections,
                      .heartbeat = limits_.heartbeat,
                      .handshake = limits_.handshake,
                      .send_queue = limits_.send_queue},
        [this](const crypto::TransportPublic& asked) { return registry.user_of(asked); }, log);
    log.server = server_.get();
    endpoint_ = server_->endpoints().front();
  });
}

void TestServer::stop() {
  loop.in([this] { server_.reset(); });
}

crypto::TransportSecret TestServer::enrol(const std::string& user) {
  auto secret = crypto::TransportSecret::random();
  registry.add(crypto::public_of(secret), user);
  return secret;
}

std::uint16_t TestServer::port() const {
  return static_cast<std::uint16_t>(std::stoi(endpoint_.substr(endpoint_.rfind(':') + 1)));
}

Server::Counters TestServer::counters() {
  return loop.in([this] { return server_->counters(); });
}

TestClient::TestClient(RunningLoop& loop, std::string endpoint,
                       const crypto::TransportPublic& server_key, crypto::TransportSecret secret,
                       std::chrono::milliseconds heartbeat)
    : loop_(loop) {
  loop_.in([&] {
    client_ = std::make_unique<Client>(
        loop_.get(),
        ClientOptions{.endpoint = std::move(endpoint),
                      .server_key = server_key,
                      .secret = std::move(secret),
                      .heartbeat = heartbeat,
                      .retry_least = std::chrono::milliseconds(5),
                      .retry_most = std::chrono::milliseconds(50)},
        log, [](std::span<std::uint8_t> out) { crypto::fill_random(out); });
    log.client = client_.get();
    client_->start();
  });
}

TestClient::~TestClient() {
  loop_.in([this] { client_.reset(); });
}

bool TestClient::send(std::string_view text) {
  return loop_.in([&] { return client_->send(Message::copy_of(as_bytes(text))); });
}

bool TestClient::until_connected(std::size_t times) {
  return log.board.until([&] { return log.sessions >= times; });
}

bool TestClient::until_ended(Client::Reason reason) {
  return log.board.until([&] { return std::ranges::find(log.ends, reason) != log.ends.end(); });
}

Client::State TestClient::state() {
  return loop_.in([this] { return client_->state(); });
}

RawPeer::RawPeer(const std::string& endpoint, const Keys* keys, const std::string& routing_id)
    : context_(zmq_ctx_new()),
      socket_(zmq_socket(context_, ZMQ_DEALER)),
      monitor_(zmq_socket(context_, ZMQ_PAIR)) {
  const int none = 0;
  const int off = -1;
  zmq_setsockopt(socket_, ZMQ_LINGER, &none, sizeof none);
  zmq_setsockopt(monitor_, ZMQ_LINGER, &none, sizeof none);
  zmq_setsockopt(monitor_, ZMQ_RCVHWM, &none, sizeof none);
  zmq_setsockopt(socket_, ZMQ_RECONNECT_IVL, &off, sizeof off);
  if (keys != nullptr) {
    const auto own = crypto::public_of(keys->own);
    zmq_setsockopt(socket_, ZMQ_CURVE_SERVERKEY, keys->server.data(), keys->server.size());
    zmq_setsockopt(socket_, ZMQ_CURVE_PUBLICKEY, own.data(), own.size());
    zmq_setsockopt(socket_, ZMQ_CURVE_SECRETKEY, keys->own.expose().data(),
                   keys->own.expose().size());
  }
  if (!routing_id.empty()) {
    zmq_setsockopt(socket_, ZMQ_ROUTING_ID, routing_id.data(), routing_id.size());
  }
  zmq_socket_monitor(socket_, "inproc://events", ZMQ_EVENT_ALL);
  zmq_connect(monitor_, "inproc://events");
  zmq_connect(socket_, endpoint.c_str());
}

RawPeer::~RawPeer() {
  zmq_socket_monitor(socket_, nullptr, 0);
  zmq_close(monitor_);
  zmq_close(socket_);
  zmq_ctx_term(context_);
}

bool RawPeer::send(std::string_view text, bool more, std::chrono::milliseconds patience) {
  const auto ms = static_cast<int>(patience.count());
  zmq_setsockopt(socket_, ZMQ_SNDTIMEO, &ms, sizeof ms);
  return zmq_send_const(socket_, text.data(), text.size(), more ? ZMQ_SNDMORE : 0) >= 0;
}

bool RawPeer::until_event(int event) {
  const auto ms = static_cast<int>(std::chrono::milliseconds(kPatience).count());
  zmq_setsockopt(monitor_, ZMQ_RCVTIMEO, &ms, sizeof ms);
  std::array<char, 256> part{};
  while (zmq_recv(monitor_, part.data(), part.size(), 0) >= 2) {
    std::uint16_t seen = 0;
    std::memcpy(&seen, part.data(), sizeof seen);
    if (zmq_recv(monitor_, part.data(), part.size(), 0) < 0) return false;
    if (seen == event) return true;
  }
  return false;
}

std::optional<std::string> RawPeer::receive() {
  const auto ms = static_cast<int>(std::chrono::milliseconds(kPatience).count());
  zmq_setsockopt(socket_, ZMQ_RCVTIMEO, &ms, sizeof ms);
  std::array<char, 4096> text{};
  const int size = zmq_recv(socket_, text.data(), text.size(), 0);
  if (size < 0) return std::nullopt;
  return std::string(text.data(), std::min(static_cast<std::size_t>(size), text.size()));
}

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

const sockaddr* generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);  // NOLINT(*-reinterpret-cast)
}

// False when the connection ended.
bool move_some(int from, int to, bool swallow) {
  std::array<std::uint8_t, 65536> bytes{};
  const auto got = ::recv(from, bytes.data(), bytes.size(), 0);
  if (got <= 0) return false;
  if (swallow) return true;
  return ::send(to, bytes.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL) == got;
}

}  // namespace

Proxy::Proxy(std::uint16_t to)
    : to_(to), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  auto address = loopback(0);
  if (::bind(listener_.get(), generic(address), sizeof address) != 0 ||
      ::listen(listener_.get(), 8) != 0) {
    throw_errno("listen on", "the loopback");
  }
  socklen_t size = sizeof address;
  ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address),  // NOLINT(*-cast)
                &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

Proxy::~Proxy() {
  stop_.signal();
  thread_.join();
}

std::string Proxy::endpoint() const { return "tcp://127.0.0.1:" + std::to_string(port_); }

void Proxy::run() {
  FileDescriptor inner;
  FileDescriptor outer;
  while (true) {
    std::array<pollfd, 4> fds{{{stop_.fd(), POLLIN, 0},
                               {listener_.get(), POLLIN, 0},
                               {inner.get(), POLLIN, 0},
                               {outer.get(), POLLIN, 0}}};
    ::poll(fds.data(), fds.size(), -1);
    if (fds[0].revents != 0) return;
    bool open = inner.is_open();
    if (fds[1].revents != 0) {
      inner = FileDescriptor(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      outer = FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      const auto address = loopback(to_);
      open = ::connect(outer.get(), generic(address), sizeof address) == 0;
    } else {
      if (fds[2].revents != 0) {
        open = move_some(inner.get(), outer.get(), swallowing_.load()) && open;
      }
      if (fds[3].revents != 0) {
        open = move_some(outer.get(), inner.get(), swallowing_.load()) && open;
      }
    }
    if (!open) {
      inner.close();
      outer.close();
    }
  }
}

}  // namespace hub::transport
