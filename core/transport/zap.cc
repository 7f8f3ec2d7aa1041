#include "core/transport/zap.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <utility>
#include <vector>

#include "core/base/encoding.h"

namespace hub::transport {
namespace {

// version, request id, domain, address, identity, mechanism, credentials
constexpr std::size_t kRequestParts = 7;

std::optional<crypto::TransportPublic> key_asked_about(const std::vector<Message>& request) {
  if (request.size() != kRequestParts || as_text(request[0].bytes()) != "1.0" ||
      as_text(request[2].bytes()) != kZapDomain || as_text(request[5].bytes()) != "CURVE") {
    return std::nullopt;
  }
  crypto::TransportPublic key{};
  if (request[6].bytes().size() != key.size()) return std::nullopt;
  std::ranges::copy(request[6].bytes(), key.begin());
  return key;
}

}  // namespace

ZapHandler::ZapHandler(Loop& loop, const Context& context, const Registered& registered)
    : loop_(loop), registered_(registered), replies_(context, ZMQ_REP) {
  replies_.bind("inproc://zeromq.zap.01");
  thread_ = std::thread([this] { run(); });
}

ZapHandler::~ZapHandler() {
  stop_.signal();
  thread_.join();
}

void ZapHandler::run() {
  try {
    std::array<zmq_pollitem_t, 2> items{
        {{replies_.get(), 0, ZMQ_POLLIN, 0}, {nullptr, stop_.fd(), ZMQ_POLLIN, 0}}};
    while (items[1].revents == 0) {
      if (zmq_poll(items.data(), static_cast<int>(items.size()), -1) < 0 && zmq_errno() != EINTR) {
        throw_zmq("wait for handshakes");
      }
      answer_all();
    }
  } catch (...) {
    loop_.post([failure = std::current_exception()] { std::rethrow_exception(failure); });
  }
}

void ZapHandler::answer_all() {
  Message part;
  while (replies_.receive(part.raw())) {
    std::vector<Message> request;
    bool more = true;
    while (more) {
      more = zmq_msg_more(&part.raw()) != 0;
      request.push_back(std::exchange(part, Message()));
      more = more && replies_.receive(part.raw());
    }
    answer(request);
  }
}

void ZapHandler::answer(const std::vector<Message>& request) {
  const auto key = key_asked_about(request);
  const bool admitted = key && registered_(*key);
  if (!admitted) refused_.fetch_add(1);
  const auto request_id = request.size() > 1 ? to_text(request[1].bytes()) : std::string();
  const std::array<std::string, 6> reply{"1.0",
                                         request_id,
                                         admitted ? "200" : "400",
                                         admitted ? "OK" : "not registered",
                                         admitted ? to_hex(*key) : std::string(),
                                         std::string()};
  for (std::size_t i = 0; i < reply.size(); ++i) {
    auto part = Message::copy_of(as_bytes(reply.at(i)));
    static_cast<void>(replies_.send(part.raw(), i + 1 < reply.size()));
  }
}

}  // namespace hub::transport
