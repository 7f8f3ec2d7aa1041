// How many slices wait for each recipient, told by the loop to the lanes, which ask before they let
// more in.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace hub::broker {

class WaitingCounts {
 public:
  void set(std::string_view recipient, std::size_t count) {
    const std::scoped_lock lock(mutex_);
    counts_.insert_or_assign(std::string(recipient), count);
  }
  [[nodiscard]] std::size_t of(std::string_view recipient) const {
    const std::scoped_lock lock(mutex_);
    const auto found = counts_.find(recipient);
    return found == counts_.end() ? 0 : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::size_t, std::less<>> counts_;
};

}  // namespace hub::broker
