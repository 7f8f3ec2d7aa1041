#include "core/base/result.h"

#include <cstdio>
#include <cstdlib>

namespace hub {

void require(bool holds, const char* promise) {
  if (holds) return;
  // Nothing is left to do where even this cannot be said.
  static_cast<void>(std::fputs("hub: broken promise: ", stderr));
  static_cast<void>(std::fputs(promise, stderr));
  static_cast<void>(std::fputc('\n', stderr));
  std::abort();
}

}  // namespace hub
