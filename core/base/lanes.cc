#include "core/base/lanes.h"

#include <algorithm>

namespace hub {

Lanes::Lanes(std::size_t threads, std::size_t queue_per_lane) {
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
    auto& lane = *lanes_.emplace_back(std::make_unique<Lane>(queue_per_lane));
    lane.thread = std::thread([&lane] {
      for (auto tasks = lane.queue.pop_all(); !tasks.empty(); tasks = lane.queue.pop_all()) {
        for (auto& task : tasks) task();
      }
    });
  }
}

Lanes::~Lanes() { close(); }

std::size_t Lanes::lane_of(std::string_view key) const {
  return std::hash<std::string_view>{}(key) % lanes_.size();
}

void Lanes::post(std::string_view key, Task task) {
  // False only after close(), when nobody waits for the outcome any more.
  [[maybe_unused]] const bool taken = lanes_[lane_of(key)]->queue.push(std::move(task));
}

bool Lanes::try_post(std::string_view key, Task task) {
  return lanes_[lane_of(key)]->queue.try_push(task);
}

void Lanes::close() {
  for (auto& lane : lanes_) lane->queue.close();
  for (auto& lane : lanes_) {
    if (lane->thread.joinable()) lane->thread.join();
  }
}

}  // namespace hub
