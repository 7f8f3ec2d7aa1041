#include "core/base/result.h"

#include <cstdio>
#include <cstdlib>

namespace hub {

void require(bool holds, const char* promise) {
  if (holds) return;
  std::fputs("hub: broken promise: ", stderr);
  std::fputs(promise, stderr);
  std::fputc('\n', stderr);
  std::abort();
}

}  // namespace hub
