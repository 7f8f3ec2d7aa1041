// Calls a TCP server without ever waiting for longer than it may. Inside this folder only.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/base/file.h"
#include "core/base/result.h"
#include "core/base/wakeup.h"

namespace hub::transport {

enum class DialFault : std::uint8_t { NameNotFound, Unreachable, TimedOut, Stopped };

using Deadline = std::chrono::steady_clock::time_point;

enum class Ready : std::uint8_t { Yes, TimedOut, Stopped };
// Waits until the descriptor can be read (POLLIN) or written (POLLOUT).
[[nodiscard]] Ready wait_for(int fd, short events, const Wakeup& stop, Deadline until);

// A connected socket that does not block. Each address that the name has is tried in turn; `within`
// bounds the look-up, and then all attempts together. A look-up that the system does not end in
// time goes on by itself and is forgotten.
[[nodiscard]] Result<FileDescriptor, DialFault> dial(const std::string& host, std::uint16_t port,
                                                     const Wakeup& stop,
                                                     std::chrono::milliseconds within);

}  // namespace hub::transport
