#include "core/base/wakeup.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace hub {

Wakeup::Wakeup() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!fd_.is_open()) throw_errno("create", "an eventfd");
}

// Both calls can only fail by having nothing to do: already signalled, already clear.
void Wakeup::signal() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto put = ::write(fd_.get(), &one, sizeof one);
}

void Wakeup::clear() const {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(fd_.get(), &count, sizeof count);
}

}  // namespace hub
