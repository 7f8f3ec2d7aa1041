// The one thread that owns all sockets and never touches the disk.
//
// Everything is called on the thread inside run(), or before run() starts; only post() and stop()
// may be called from anywhere. Callbacks run one at a time, must not block, and may call every
// method here, forget() and cancel() of themselves included. An exception from a callback leaves
// run(), which may then be called again.
//
// Timers follow the clock handed in; the waiting itself is real, so a test that moves its clock
// by hand wakes the loop with post().
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/wakeup.h"

namespace hub::transport {

class Loop {
 public:
  using Callback = std::function<void()>;
  using Timer = std::uint64_t;  // never 0, never used twice

  // The clock must outlive the loop. Throws EnvError when the system has no descriptor left.
  explicit Loop(const Clock& clock);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  Loop(Loop&&) = delete;
  Loop& operator=(Loop&&) = delete;
  ~Loop();

  // Calls back as long as there is something to read, or the other end hung up. One callback of
  // each sort per descriptor: a second call replaces the first.
  void watch(int fd, Callback readable);
  // Calls back as long as there is room to write.
  void watch_writable(int fd, Callback writable);
  void forget_writable(int fd);
  // Before the descriptor is closed. Unknown ones are ignored.
  void forget(int fd);

  Timer after(std::chrono::milliseconds delay, Callback callback);
  // A loop that was held up calls once for all the times missed.
  Timer every(std::chrono::milliseconds interval, Callback callback);
  // Timers that ran out or were cancelled before are ignored.
  void cancel(Timer timer);

  // From any thread; callbacks run in the order posted.
  void post(Callback callback);

  // Until stop(). A stop() before run() ends it after one turn. What was posted before stop() runs.
  void run();
  // From any thread or a signal handler.
  void stop();
  // stop() on any of these signals. Call before other threads start: it blocks the signals in the
  // calling thread and in those it starts later.
  void stop_on(std::initializer_list<int> signals);

  // A number this loop never gives twice; for what its users must tell apart.
  [[nodiscard]] std::uint64_t next_number() { return ++last_number_; }

  [[nodiscard]] const Clock& clock() const { return clock_; }

 private:
  struct Watch {
    std::uint32_t generation = 0;
    Callback readable;
    Callback writable;
  };
  struct Due {
    SteadyTime when;
    std::chrono::milliseconds interval{0};  // 0: once
    Callback callback;
  };

  void arm(int fd, const Watch& watch, int operation);
  Watch& watch_of(int fd, int& operation);
  Timer schedule(std::chrono::milliseconds delay, std::chrono::milliseconds interval,
                 Callback callback);
  [[nodiscard]] int wait_ms() const;
  void turn();
  void run_posted();
  void run_due();
  void dispatch(int fd, std::uint32_t generation, std::uint32_t events);

  const Clock& clock_;
  FileDescriptor epoll_;
  FileDescriptor signals_;
  Wakeup wakeup_;
  std::atomic<bool> stop_requested_ = false;

  std::unordered_map<int, Watch> watches_;
  std::uint32_t last_generation_ = 0;
  std::set<std::pair<SteadyTime, Timer>> order_;  // of timers_
  std::unordered_map<Timer, Due> timers_;
  std::uint64_t last_number_ = 0;

  std::mutex posted_mutex_;
  std::vector<Callback> posted_;
};

}  // namespace hub::transport
