// Names of this machine's users.
#pragma once

#include <sys/types.h>

#include <string>

namespace hub {

// The user's name, or "uid:1234" where the machine knows none.
[[nodiscard]] std::string local_user_name(uid_t uid);

}  // namespace hub
