// A queue between two threads that never grows past its capacity.
//
// push() waits for room (back-pressure), try_push() says no at once; pop_all() takes everything
// that waits in one go, which is what lets one fsync serve all. close() wakes everybody: pushes
// then fail, and pops drain what is left, then return nothing.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

namespace hub {

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  // False when the queue is closed; the item is then dropped.
  [[nodiscard]] bool push(T item) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return closed_ || items_.size() < capacity_; });
    if (closed_) return false;
    items_.push_back(std::move(item));
    filled_.notify_one();
    return true;
  }

  // False when the queue is full or closed; the item is left as it was.
  [[nodiscard]] bool try_push(T& item) {
    const std::scoped_lock lock(mutex_);
    if (closed_ || items_.size() >= capacity_) return false;
    items_.push_back(std::move(item));
    filled_.notify_one();
    return true;
  }

  // Waits until something is there; empty only when closed and drained.
  [[nodiscard]] std::deque<T> pop_all() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return closed_ || !items_.empty(); });
    return take();
  }

  // What is there now, possibly nothing.
  [[nodiscard]] std::deque<T> try_pop_all() {
    const std::scoped_lock lock(mutex_);
    return take();
  }

  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    room_.notify_all();
    filled_.notify_all();
  }

  [[nodiscard]] std::size_t size() const {
    const std::scoped_lock lock(mutex_);
    return items_.size();
  }

 private:
  std::deque<T> take() {
    room_.notify_all();
    return std::exchange(items_, {});
  }

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable filled_;
  std::deque<T> items_;
  bool closed_ = false;
};

}  // namespace hub
