#include "agent/time_guard.h"

namespace hub::agent {
namespace {

using std::chrono::milliseconds;

milliseconds apart(milliseconds difference) {
  return difference < milliseconds(0) ? -difference : difference;
}

}  // namespace

TimeGuard::TimeGuard(const Clock& clock)
    : clock_(clock), wall_(clock.now()), steady_(clock.steady()) {}

// Compares how far both clocks went since the last look.
void TimeGuard::look() {
  const auto wall = clock_.now();
  const auto steady = clock_.steady();
  const auto drift = (wall - wall_) - std::chrono::duration_cast<milliseconds>(steady - steady_);
  if (apart(drift) > kTolerance) jumped_ = true;
  wall_ = wall;
  steady_ = steady;
}

void TimeGuard::heard(Time broker_time) {
  const std::scoped_lock lock(mutex_);
  look();
  disagrees_ = apart(wall_ - broker_time) > kTolerance;
  if (disagrees_) return;
  agreed_ = wall_;
  jumped_ = false;  // Two clocks agree again.
}

bool TimeGuard::irreversible_allowed() {
  const std::scoped_lock lock(mutex_);
  look();
  return !jumped_ && !disagrees_ && agreed_ && wall_ - *agreed_ <= kStale;
}

}  // namespace hub::agent
