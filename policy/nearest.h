// For a default deny: the permit that came nearest, and what it lacked. Inside the folder.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "policy/cedar/evaluator.h"
#include "policy/cedar/policy_set.h"

namespace hub::policy {

struct NearMiss {
  const Policy* policy = nullptr;
  std::string lacked;    // the first part of it that did not hold, as written
  std::size_t line = 0;  // in its file; 0 when that holds no text of it
  bool erred = false;    // that part could not be evaluated
};

// Among the permits for the request's action, the one with the fewest parts that do not hold; a
// head that does not fit weighs more than a condition. Nothing when there is no such permit.
[[nodiscard]] std::optional<NearMiss> nearest_permit(const PolicySet& policies,
                                                     Evaluator& evaluator);

}  // namespace hub::policy
