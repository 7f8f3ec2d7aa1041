// AF_UNIX stream sockets by path, and nothing else. Inside this folder only.
#pragma once

#include <sys/un.h>

#include <filesystem>

#include "core/base/file.h"

namespace hub::transport {

// SOCK_CLOEXEC and the flags given. Throws EnvError.
[[nodiscard]] FileDescriptor unix_socket(int flags);
// Throws EnvError when the path is longer than the system allows (107 bytes).
[[nodiscard]] sockaddr_un unix_address(const std::filesystem::path& path);
// False with errno set.
[[nodiscard]] bool bind_unix(const FileDescriptor& socket, const sockaddr_un& address);
[[nodiscard]] bool connect_unix(const FileDescriptor& socket, const sockaddr_un& address);

}  // namespace hub::transport
