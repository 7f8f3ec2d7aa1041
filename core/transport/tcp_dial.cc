#include "core/transport/tcp_dial.h"

#include <fcntl.h>
#include <linux/tcp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace hub::transport {
namespace {

// After so long without a word from the other machine, what was sent counts as lost.
constexpr int kUnansweredMs = 30'000;
// An idle connection is tried after a minute, three times.
constexpr int kIdleSeconds = 60;
constexpr int kTrySeconds = 10;
constexpr int kTries = 3;

struct Address {
  int family = 0;
  sockaddr_storage bytes{};
  socklen_t size = 0;
};
using Addresses = std::vector<Address>;

Addresses look_up(const std::string& host, std::uint16_t port, int flags) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  Addresses out;
  for (const auto* each = found; each != nullptr; each = each->ai_next) {
    Address address{each->ai_family, {}, each->ai_addrlen};
    const auto* const bytes = reinterpret_cast<const char*>(each->ai_addr);  // NOLINT(*-cast)
    std::copy_n(bytes, each->ai_addrlen,
                reinterpret_cast<char*>(&address.bytes));  // NOLINT(*-cast)
    out.push_back(address);
  }
  return out;
}

// getaddrinfo() knows no deadline: a thread of its own waits for it, and outlives who asked if need
// be.
struct LookUp {
  Wakeup done;
  std::mutex mutex;
  Addresses found;
};

Result<Addresses, DialFault> resolve(const std::string& host, std::uint16_t port,
                                     const Wakeup& stop, Deadline until) {
  auto numeric = look_up(host, port, AI_NUMERICHOST);
  if (!numeric.empty()) return numeric;
  const auto shared = std::make_shared<LookUp>();
  std::thread([shared, host, port] {
    auto found = look_up(host, port, AI_ADDRCONFIG);
    {
      const std::scoped_lock lock(shared->mutex);
      shared->found = std::move(found);
    }
    shared->done.signal();
  }).detach();
  switch (wait_for(shared->done.fd(), POLLIN, stop, until)) {
    case Ready::Stopped: return fail(DialFault::Stopped);
    case Ready::TimedOut: return fail(DialFault::TimedOut);
    case Ready::Yes: break;
  }
  const std::scoped_lock lock(shared->mutex);
  if (shared->found.empty()) return fail(DialFault::NameNotFound);
  return shared->found;
}

void set_option(int fd, int level, int option, int value) {
  (void)::setsockopt(fd, level, option, &value, sizeof value);
}

Result<FileDescriptor, DialFault> reach(const Address& address, const Wakeup& stop,
                                        Deadline until) {
  FileDescriptor out(::socket(address.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!out.is_open()) return fail(DialFault::Unreachable);
  set_option(out.get(), SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(out.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, kUnansweredMs);
  set_option(out.get(), IPPROTO_TCP, TCP_KEEPIDLE, kIdleSeconds);
  set_option(out.get(), IPPROTO_TCP, TCP_KEEPINTVL, kTrySeconds);
  set_option(out.get(), IPPROTO_TCP, TCP_KEEPCNT, kTries);
  const auto* const where = reinterpret_cast<const sockaddr*>(&address.bytes);  // NOLINT(*-cast)
  if (::connect(out.get(), where, address.size) == 0) return out;
  if (errno != EINPROGRESS) return fail(DialFault::Unreachable);
  switch (wait_for(out.get(), POLLOUT, stop, until)) {
    case Ready::Stopped: return fail(DialFault::Stopped);
    case Ready::TimedOut: return fail(DialFault::TimedOut);
    case Ready::Yes: break;
  }
  int error = 0;
  socklen_t size = sizeof error;
  const int asked = ::getsockopt(out.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (asked != 0 || error != 0) return fail(DialFault::Unreachable);
  return out;
}

}  // namespace

Ready wait_for(int fd, short events, const Wakeup& stop, Deadline until) {
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    const auto ms = std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, INT_MAX);
    std::array<pollfd, 2> both{{{fd, events, 0}, {stop.fd(), POLLIN, 0}}};
    const int ready = ::poll(both.data(), both.size(), static_cast<int>(ms));
    if (ready < 0 && errno == EINTR) continue;
    if (both[1].revents != 0) return Ready::Stopped;
    if (both[0].revents != 0) return Ready::Yes;
    if (ready <= 0 && ms == 0) return Ready::TimedOut;
  }
}

Result<FileDescriptor, DialFault> dial(const std::string& host, std::uint16_t port,
                                       const Wakeup& stop, std::chrono::milliseconds within) {
  const auto now = std::chrono::steady_clock::now();
  const auto addresses = resolve(host, port, stop, now + within);
  if (!addresses) return fail(addresses.error());
  const auto until = std::chrono::steady_clock::now() + within;
  auto fault = DialFault::Unreachable;
  for (const auto& address : *addresses) {
    auto socket = reach(address, stop, until);
    if (socket) return socket;
    fault = socket.error();
    if (fault == DialFault::Stopped) break;
  }
  return fail(fault);
}

}  // namespace hub::transport
