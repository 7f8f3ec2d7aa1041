#include "core/base/local_user.h"

#include <pwd.h>
#include <sys/sysmacros.h>

#include <fstream>
#include <sstream>
#include <vector>

namespace hub {
namespace {

// Linux's device numbers (admin-guide/devices.txt).
constexpr unsigned kVirtualConsoles = 4;
constexpr unsigned kFirstPts = 136;
constexpr unsigned kLastPts = 143;

}  // namespace

std::string local_user_name(uid_t uid) {
  std::vector<char> memory(16384);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, memory.data(), memory.size(), &found) != 0 || found == nullptr) {
    return "uid:" + std::to_string(uid);
  }
  return entry.pw_name;
}

// proc(5): the seventh field of /proc/PID/stat is the device number; the second is the program's
// name in parentheses, which may hold anything.
std::string terminal_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string line;
  std::getline(file, line);
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return "no terminal";
  std::istringstream rest(line.substr(name_end + 1));
  std::string state;
  int parent = 0;
  int group = 0;
  int session = 0;
  int device = 0;
  if (!(rest >> state >> parent >> group >> session >> device)) return "no terminal";
  const auto number = static_cast<dev_t>(device);
  if (const auto kind = major(number); kind >= kFirstPts && kind <= kLastPts) {
    return "pts/" + std::to_string(((kind - kFirstPts) << 20U) + minor(number));
  }
  if (major(number) == kVirtualConsoles) return "tty" + std::to_string(minor(number));
  return "no terminal";
}

}  // namespace hub
