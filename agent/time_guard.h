// Holds every irreversible act while this machine's clock cannot be trusted (docs/protocol.md 3):
// after a jump of more than five minutes against the steady clock, or while the broker's clock, the
// only second opinion until witnesses sign times, differs by more than that or has not been heard
// today. Safe to use from several threads.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>

#include "core/base/clock.h"

namespace hub::agent {

class TimeGuard {
 public:
  // The clock must outlive it.
  explicit TimeGuard(const Clock& clock);

  // The broker said its time just now.
  void heard(Time broker_time);
  // Whether something that cannot be undone may be done now.
  [[nodiscard]] bool irreversible_allowed();

  static constexpr std::chrono::minutes kTolerance{5};
  static constexpr std::chrono::hours kStale{24};

 private:
  void look();

  const Clock& clock_;
  std::mutex mutex_;
  Time wall_;
  SteadyTime steady_;
  bool jumped_ = false;
  std::optional<Time> agreed_;  // when the broker's clock last agreed
  bool disagrees_ = false;
};

}  // namespace hub::agent
