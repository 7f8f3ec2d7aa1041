// An eventfd: any thread wakes the one that polls the descriptor. Signals are merged.
#pragma once

#include "core/base/file.h"

namespace hub {

class Wakeup {
 public:
  Wakeup();

  // Readable after signal() until clear().
  [[nodiscard]] int fd() const { return fd_.get(); }
  void signal() const;
  void clear() const;

 private:
  FileDescriptor fd_;
};

}  // namespace hub
