// A pool of worker threads in lanes: work with the same key runs in order, one after the other, on
// the same thread; work with different keys may run side by side.
//
// post() waits while the lane's queue is full, so whoever posts from a thread that must not wait
// uses try_post() and treats "no" as too much. A task must not throw: what it lets out ends the
// process.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "core/base/bounded_queue.h"

namespace hub {

class Lanes {
 public:
  using Task = std::function<void()>;

  Lanes(std::size_t threads, std::size_t queue_per_lane);
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;
  Lanes(Lanes&&) = delete;
  Lanes& operator=(Lanes&&) = delete;
  ~Lanes();

  void post(std::string_view key, Task task);
  [[nodiscard]] bool try_post(std::string_view key, Task task);

  // The number of the lane that this key runs in, below size(): for what each lane keeps to itself.
  [[nodiscard]] std::size_t lane_of(std::string_view key) const;
  [[nodiscard]] std::size_t size() const { return lanes_.size(); }

  // Finishes what is queued, then ends the threads. Idempotent.
  void close();

 private:
  struct Lane {
    explicit Lane(std::size_t capacity) : queue(capacity) {}
    BoundedQueue<Task> queue;
    std::thread thread;
  };
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace hub
