#include "core/base/local_user.h"

#include <pwd.h>

#include <vector>

namespace hub {

std::string local_user_name(uid_t uid) {
  std::vector<char> memory(16384);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, memory.data(), memory.size(), &found) != 0 || found == nullptr) {
    return "uid:" + std::to_string(uid);
  }
  return entry.pw_name;
}

}  // namespace hub
