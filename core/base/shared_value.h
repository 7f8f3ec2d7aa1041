// One value that several threads look at and one replaces as a whole: a reader keeps the value it
// got for as long as it needs it.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace hub {

template <class T>
class SharedValue {
 public:
  explicit SharedValue(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  [[nodiscard]] std::shared_ptr<const T> get() const {
    const std::scoped_lock lock(mutex_);
    return value_;
  }
  void set(std::shared_ptr<const T> value) {
    const std::scoped_lock lock(mutex_);
    value_.swap(value);  // The old one is let go outside the lock.
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace hub
