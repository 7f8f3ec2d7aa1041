// Decisions that were already made, for the hot path: one per thread, bounded.
//
// The key is everything a decision depends on but the time. All are dropped when an agreement
// starts or ends, when the clock steps back, and when another rulebook is asked.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/base/clock.h"
#include "policy/enforcement.h"

namespace hub::policy {

class DecisionCache {
 public:
  explicit DecisionCache(std::size_t capacity = 4096) : capacity_(capacity) {}

  // Good until the next call.
  [[nodiscard]] const Verdict& decide(const Rulebook& rulebook, const Question& question);

  [[nodiscard]] std::size_t size() const { return kept_.size(); }

 private:
  std::size_t capacity_;
  std::unordered_map<std::string, Verdict> kept_;
  std::string key_;
  Verdict unkept_;
  std::shared_ptr<const void> rulebook_;
  Time from_;
  std::optional<Time> until_;
};

}  // namespace hub::policy
