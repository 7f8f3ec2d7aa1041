#include "audit/siem/file_target.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace hub::audit {
namespace {

bool append_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

// True when it could be looked at and ends in the middle of a line.
bool has_torn_end(int fd) {
  struct stat facts{};
  if (::fstat(fd, &facts) != 0 || facts.st_size == 0) return false;
  char last = '\n';
  return ::pread(fd, &last, 1, facts.st_size - 1) == 1 && last != '\n';
}

}  // namespace

bool FileTarget::is_still_there() const {
  struct stat named{};
  struct stat open{};
  return file_.is_open() && ::stat(path_.c_str(), &named) == 0 &&
         ::fstat(file_.get(), &open) == 0 && named.st_ino == open.st_ino &&
         named.st_dev == open.st_dev;
}

Result<SiemTarget::Ready, TargetFault> FileTarget::make_ready() {
  if (is_still_there()) return Ready::AsBefore;
  // Not to wait for the reader of a pipe, should it be one.
  file_ = FileDescriptor(::open(path_.c_str(),  // NOLINT(*-vararg)
                                O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600));
  struct stat facts{};
  if (!file_.is_open() || ::fstat(file_.get(), &facts) != 0) {
    return fail(TargetFault("the file cannot be opened"));
  }
  if (!S_ISREG(facts.st_mode)) {
    file_.close();
    return fail(TargetFault("it is not a regular file"));
  }
  return Ready::AsBefore;
}

std::optional<TargetFault> FileTarget::take(std::span<const SiemEvent> events) {
  std::string lines = has_torn_end(file_.get()) ? "\n" : "";
  for (const auto& event : events) lines.append(event.json).append("\n");
  if (append_all(file_.get(), lines) && ::fdatasync(file_.get()) == 0) return std::nullopt;
  file_.close();
  return "the file cannot be written";
}

}  // namespace hub::audit
