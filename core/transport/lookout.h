// Looks at ZeroMQ's sockets whenever something may have happened to them. Inside this folder only.
//
// ZeroMQ's descriptor says once that something may have happened, and every call on the socket may
// take that word away. So its owner looks at everything at each wake-up, and asks to look again
// soon() after each send and whenever it stopped before nothing was left.
#pragma once

#include <memory>

#include "core/transport/loop.h"

namespace hub::transport {

class Lookout {
 public:
  // `look` is called from the loop; the owner of both destroys the lookout first.
  Lookout(Loop& loop, Loop::Callback look);
  Lookout(const Lookout&) = delete;
  Lookout& operator=(const Lookout&) = delete;
  Lookout(Lookout&&) = delete;
  Lookout& operator=(Lookout&&) = delete;
  ~Lookout() = default;

  // Once more, when the loop's other work has had its turn. Nothing while somebody is looking():
  // who looks receives until nothing is left.
  void soon();

  // While it lives, somebody is looking.
  class Looking {
   public:
    explicit Looking(Lookout& lookout);
    Looking(const Looking&) = delete;
    Looking& operator=(const Looking&) = delete;
    Looking(Looking&&) = delete;
    Looking& operator=(Looking&&) = delete;
    ~Looking();

   private:
    Lookout& lookout_;
  };
  [[nodiscard]] Looking looking() { return Looking(*this); }

 private:
  struct Posted {
    Loop::Callback look;
    bool waiting = false;
  };
  Loop& loop_;
  std::shared_ptr<Posted> posted_;  // what was posted outlives the lookout harmlessly
  int depth_ = 0;
};

}  // namespace hub::transport
