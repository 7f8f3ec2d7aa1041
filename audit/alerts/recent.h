// State for each of many names, for as many as memory is set aside for: when there are more, those
// not met for longest go.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace hub::alerts {

template <class Key, class State, class Hash = std::hash<Key>>
class Recent {
 public:
  explicit Recent(std::size_t most) : most_(most) {}

  // The state of this name, new where it was not met before.
  State& at(const Key& name) {
    if (states_.size() >= most_ && !states_.contains(name)) forget_half();
    auto& kept = states_[name];
    kept.met = ++clock_;
    return kept.state;
  }
  void erase(const Key& name) { states_.erase(name); }
  [[nodiscard]] std::size_t size() const { return states_.size(); }
  template <class Each>
  void each(Each take) {
    for (auto& [name, kept] : states_) take(name, kept.state);
  }

 private:
  struct Kept {
    State state{};
    std::uint64_t met = 0;
  };

  void forget_half() {
    std::vector<std::uint64_t> met;
    met.reserve(states_.size());
    for (const auto& [name, kept] : states_) met.push_back(kept.met);
    const auto middle = met.begin() + static_cast<std::ptrdiff_t>(met.size() / 2);
    std::ranges::nth_element(met, middle);
    const auto oldest_kept = *middle;
    std::erase_if(states_, [&](const auto& item) { return item.second.met < oldest_kept; });
  }

  std::size_t most_;
  std::uint64_t clock_ = 0;
  std::unordered_map<Key, Kept, Hash> states_;
};

inline constexpr std::size_t kMostPeople = 10'000;

}  // namespace hub::alerts
