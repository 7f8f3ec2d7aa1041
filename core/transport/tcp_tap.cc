#include "core/transport/tcp_tap.h"

#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>

namespace hub::transport {
namespace {

// include/net/tcp_states.h of Linux; linux/tcp.h does not name them.
constexpr int kTcpEstablished = 1;
constexpr int kTcpFinWait1 = 4;
constexpr int kTcpFinWait2 = 5;

std::optional<tcp_info> info_of(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  if (size < offsetof(tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received) {
    return std::nullopt;
  }
  return info;
}

}  // namespace

std::optional<TcpTap> TcpTap::of(int fd) {
  FileDescriptor own(::fcntl(fd, F_DUPFD_CLOEXEC, 0));  // NOLINT(*-vararg)
  if (!own.is_open()) {
    if (errno == EMFILE && info_of(fd)) ::shutdown(fd, SHUT_RDWR);
    return std::nullopt;
  }
  if (!info_of(own.get())) return std::nullopt;
  return TcpTap(std::move(own));
}

std::uint64_t TcpTap::bytes_read() const {
  const auto info = info_of(fd_.get());
  if (!info) return 0;
  // The kernel's count includes what still lies in its buffer. Asked in this order, what arrives or
  // is read in between only makes the answer smaller than the truth.
  int unread = 0;
  if (::ioctl(fd_.get(), FIONREAD, &unread) != 0) return 0;  // NOLINT(*-vararg)
  const auto waiting = static_cast<std::uint64_t>(unread);
  return info->tcpi_bytes_received > waiting ? info->tcpi_bytes_received - waiting : 0;
}

bool TcpTap::peer_left() const {
  const auto info = info_of(fd_.get());
  if (!info) return true;
  const int state = info->tcpi_state;
  return state != kTcpEstablished && state != kTcpFinWait1 && state != kTcpFinWait2;
}

void TcpTap::cut() const { ::shutdown(fd_.get(), SHUT_RDWR); }

bool FloodGuard::over(std::uint64_t bytes_read, std::uint64_t limit) {
  if (delivered_) {
    delivered_ = false;
    base_ = bytes_read;
    return false;
  }
  return bytes_read > base_ && bytes_read - base_ > limit;
}

}  // namespace hub::transport
