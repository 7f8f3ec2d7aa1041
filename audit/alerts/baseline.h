// What was usual: counts of the days before.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <vector>

namespace hub::alerts {

class Baseline {
 public:
  // Keeps `most` days, none older than `keep_days` before this one. Days come in their order.
  void add(std::int32_t day, std::uint64_t count, std::int32_t keep_days, std::size_t most) {
    days_.push_back({day, count});
    while (days_.size() > most || days_.front().day + keep_days <= day) days_.pop_front();
  }
  [[nodiscard]] std::vector<std::uint64_t> counts(std::int32_t since) const {
    std::vector<std::uint64_t> out;
    for (const auto& day : days_) {
      if (day.day >= since) out.push_back(day.count);
    }
    return out;
  }

 private:
  struct Day {
    std::int32_t day = 0;
    std::uint64_t count = 0;
  };
  std::deque<Day> days_;
};

// The least count that so many of a hundred do not exceed; of no counts 0.
[[nodiscard]] inline std::uint64_t percentile(std::vector<std::uint64_t> counts,
                                              std::size_t of_hundred) {
  if (counts.empty()) return 0;
  const auto at =
      counts.begin() + static_cast<std::ptrdiff_t>((counts.size() - 1) * of_hundred / 100);
  std::ranges::nth_element(counts, at);
  return *at;
}

[[nodiscard]] inline std::uint64_t median(std::vector<std::uint64_t> counts) {
  return percentile(std::move(counts), 50);
}

}  // namespace hub::alerts
