#include "agent/alert_desk.h"

#include <algorithm>
#include <utility>

namespace hub::agent {
namespace {

constexpr std::uint64_t kBatch = 512;

}  // namespace

AlertDesk::AlertDesk(storage::Store& store, const audit::Log& log, alerts::AlertSettings settings)
    : store_(store), log_(log), settings_(std::move(settings)) {}

bool AlertDesk::with_alerts(const Snapshot& snapshot,
                            const std::function<void(const Standing&)>& use) {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return false;
  const auto size = log_.head().size;
  if (!engine_ || bundle_ != snapshot.bundle->note().number) begin_anew(snapshot);
  const bool from_the_beginning = read_ == 0;
  if (!read_on(size) && !from_the_beginning) {
    begin_anew(snapshot);
    (void)read_on(size);  // what is erased is no longer there
  }
  use({engine_->alerts(), read_, engine_->left_out()});
  return true;
}

void AlertDesk::begin_anew(const Snapshot& snapshot) {
  auto settings = settings_;
  for (const auto* agreement : snapshot.rulebook->agreements()) {
    settings.agreement_ends[agreement->id] = agreement->ends;
  }
  engine_ = std::make_unique<alerts::Engine>(std::move(settings));
  bundle_ = snapshot.bundle->note().number;
  read_ = 0;
}

bool AlertDesk::read_on(std::uint64_t size) {
  bool nothing_erased = true;
  while (read_ < size) {
    const auto limit = static_cast<std::size_t>(std::min(kBatch, size - read_));
    const auto page = store_.read(
        [&](storage::Connection& store) { return audit::Log::entries(store, read_, limit); });
    if (page.empty()) break;
    for (const auto& entry : page) {
      const auto leaf = audit::parse_leaf(entry.leaf);
      if (!leaf) continue;  // seen as a gap; `audit verify` says what it is
      const auto activity = alerts::activity_of(*leaf, entry.detail);
      nothing_erased = nothing_erased && !activity.erases;
      engine_->take(activity);
    }
    read_ = page.back().index + 1;
  }
  return nothing_erased;
}

}  // namespace hub::agent
