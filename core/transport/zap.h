// Answers ZeroMQ's question at each handshake whether a key may come in (ZAP, RFC 27). Inside this
// folder only.
//
// Only CURVE, only keys the registry knows; the key itself, in hexadecimal, becomes the User-Id of
// every message, so that the registry can be asked again. Runs on a thread of its own, so that
// handshakes are answered however busy the loop is. If the thread fails, nobody gets in any more
// and the failure leaves Loop::run().
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/wakeup.h"
#include "core/crypto/secret.h"
#include "core/transport/loop.h"
#include "core/transport/message.h"
#include "core/transport/socket.h"

namespace hub::transport {

inline constexpr const char* kZapDomain = "hub";

class ZapHandler {
 public:
  using Registered = std::function<std::optional<std::string>(const crypto::TransportPublic&)>;

  // One per context. `registered` is called on the thread.
  ZapHandler(Loop& loop, const Context& context, const Registered& registered);
  ZapHandler(const ZapHandler&) = delete;
  ZapHandler& operator=(const ZapHandler&) = delete;
  ZapHandler(ZapHandler&&) = delete;
  ZapHandler& operator=(ZapHandler&&) = delete;
  ~ZapHandler();

  [[nodiscard]] std::uint64_t refused() const { return refused_.load(); }

 private:
  void run();
  void answer_all();
  void answer(const std::vector<Message>& request);

  Loop& loop_;
  const Registered& registered_;
  Socket replies_;
  Wakeup stop_;
  std::atomic<std::uint64_t> refused_ = 0;
  std::thread thread_;
};

}  // namespace hub::transport
