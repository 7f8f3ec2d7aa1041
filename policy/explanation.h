// The words of a decision. Inside the folder.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/cedar/authorizer.h"
#include "policy/cedar/policy_set.h"
#include "policy/enforcement.h"
#include "policy/nearest.h"

namespace hub::policy {

// Why, and what to do, in a sentence or two. Takes from the question only what the world knows.
[[nodiscard]] std::string explain_verdict(const PolicySet& policies, const Question& question,
                                          const Verdict& verdict);

// The whole story, several lines.
[[nodiscard]] std::string tell_story(const PolicySet& policies, const Question& question,
                                     const Verdict& verdict, const std::vector<PolicyError>& errors,
                                     const std::optional<NearMiss>& nearest);

}  // namespace hub::policy
