// The processor time of this process, all of its threads together: what a piece of work costs,
// however long the disk takes.
#pragma once

#include <sys/resource.h>

#include <chrono>

namespace hub {

// Since the start of the process.
inline std::chrono::duration<double> processor_time() {
  const auto seconds = [](const timeval& time) {
    return std::chrono::duration<double>(std::chrono::seconds(time.tv_sec) +
                                         std::chrono::microseconds(time.tv_usec));
  };
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace hub
