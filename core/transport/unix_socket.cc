#include "core/transport/unix_socket.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "core/base/result.h"

namespace hub::transport {
namespace {

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);  // NOLINT(*-reinterpret-cast): bind(2)
}

}  // namespace

FileDescriptor unix_socket(int flags) {
  FileDescriptor out(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
  if (!out.is_open()) throw_errno("create", "a socket");
  return out;
}

sockaddr_un unix_address(const std::filesystem::path& path) {
  sockaddr_un out{};
  out.sun_family = AF_UNIX;
  const std::string& text = path.native();
  if (text.empty() || text.size() >= sizeof out.sun_path) {
    throw EnvError("cannot use the socket path " + text + ": it must have 1 to " +
                   std::to_string(sizeof out.sun_path - 1) + " bytes");
  }
  std::ranges::copy(text, std::begin(out.sun_path));
  return out;
}

bool bind_unix(const FileDescriptor& socket, const sockaddr_un& address) {
  return ::bind(socket.get(), generic(address), sizeof address) == 0;
}

bool connect_unix(const FileDescriptor& socket, const sockaddr_un& address) {
  while (::connect(socket.get(), generic(address), sizeof address) != 0) {
    if (errno != EINTR) return errno == EISCONN;
  }
  return true;
}

}  // namespace hub::transport
