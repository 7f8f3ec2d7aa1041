#include "agent/submissions.h"

namespace hub::agent {
namespace {

// So many slices keep their bytes in memory while they wait; the others are read again.
constexpr std::size_t kMostWithBytes = 32;

}  // namespace

void Submissions::begin(std::uint32_t window) {
  end();
  window_ = window;
  in_session_ = true;
}

void Submissions::ready(std::vector<SliceRef> from_store) {
  if (!in_session_) return;
  ready_ = true;
  for (auto& slice : from_store) add(std::move(slice));
}

void Submissions::end() {
  urgent_.clear();
  bulk_.clear();
  under_way_.clear();
  in_session_ = false;
  ready_ = false;
}

void Submissions::add(SliceRef slice) {
  if (!in_session_ || under_way_.contains({slice.stream, slice.first_position})) return;
  if (waiting() >= kMostWithBytes) slice.bytes.reset();
  auto& queue = slice.priority == schemas::Priority::Urgent ? urgent_ : bulk_;
  queue.emplace(slice.id, std::move(slice));
}

void Submissions::forget(const Uuid& stream) {
  const auto is_of = [&](const auto& entry) { return entry.second.stream == stream; };
  std::erase_if(urgent_, is_of);
  std::erase_if(bulk_, is_of);
}

std::vector<SliceRef> Submissions::take() {
  std::vector<SliceRef> out;
  if (!ready_) return out;
  for (auto* queue : {&urgent_, &bulk_}) {
    while (!queue->empty() && under_way_.size() < window_) {
      auto slice = std::move(queue->begin()->second);
      queue->erase(queue->begin());
      auto kept = slice;
      kept.bytes.reset();
      under_way_.emplace(Place{slice.stream, slice.first_position}, std::move(kept));
      out.push_back(std::move(slice));
    }
  }
  return out;
}

std::optional<SliceRef> Submissions::answered(const Uuid& stream, std::uint64_t first_position) {
  const auto found = under_way_.find({stream, first_position});
  if (found == under_way_.end()) return std::nullopt;
  auto out = std::move(found->second);
  under_way_.erase(found);
  return out;
}

}  // namespace hub::agent
