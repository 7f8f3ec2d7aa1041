// Names of this machine's users, and where they are.
#pragma once

#include <sys/types.h>

#include <string>

namespace hub {

// The user's name, or "uid:1234" where the machine knows none.
[[nodiscard]] std::string local_user_name(uid_t uid);

// The terminal that a process was started at: "pts/3", "tty1"; "no terminal" for a service or one
// that is gone.
[[nodiscard]] std::string terminal_of(pid_t process);

}  // namespace hub
