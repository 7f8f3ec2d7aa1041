#include "audit/siem/sent_tail.h"

#include <algorithm>

namespace hub::audit {
namespace {

constexpr std::chrono::nanoseconds kUnsureFor = std::chrono::minutes(10);
constexpr std::size_t kMostUnsure = 16U << 20U;

}  // namespace

void SentTail::sent(std::uint64_t from, std::uint64_t next, std::size_t bytes, SteadyTime now) {
  Sent out{from, next, bytes, now};
  // What is sent again keeps the time it has; of several, the least.
  if (!again_.empty()) out.lasted = again_.front().lasted;
  while (!again_.empty() && again_.front().from < next) {
    out.lasted = std::min(out.lasted, again_.front().lasted);
    if (again_.front().next > next) {
      again_.front().from = next;
      break;
    }
    again_.pop_front();
  }
  under_way_.push_back(out);
  bytes_ += bytes;
}

void SentTail::lost(SteadyTime now) {
  for (auto& each : under_way_) each.lasted += now - each.at;
  again_.insert(again_.begin(), under_way_.begin(), under_way_.end());
  under_way_.clear();
  bytes_ = 0;
  while (!again_.empty() && again_.front().lasted >= kUnsureFor) again_.pop_front();
}

void SentTail::forget_arrived(SteadyTime now) {
  while (!under_way_.empty()) {
    const auto& oldest = under_way_.front();
    const bool lasts = oldest.lasted + (now - oldest.at) >= kUnsureFor;
    if (!lasts && bytes_ - oldest.bytes < kMostUnsure) return;
    bytes_ -= oldest.bytes;
    under_way_.pop_front();
  }
}

std::optional<std::uint64_t> SentTail::first() const {
  if (!under_way_.empty()) return under_way_.front().from;
  if (!again_.empty()) return again_.front().from;
  return std::nullopt;
}

std::uint64_t SentTail::cut(std::uint64_t next) const {
  return again_.empty() ? next : std::min(next, again_.back().next);
}

}  // namespace hub::audit
