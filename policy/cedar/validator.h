// Validates policies against a schema, strictly: what it finds no error in cannot fail at run time
// for requests and entities that the schema allows, but for arithmetic that overflows and entities
// that are missing.
//
// Each policy is type-checked in every request environment (type of principal, action, type of
// resource) that the schema allows and its head admits. A template's slots stand for entities of
// any type; a policy linked to a template of the same set is only checked for its entities.
//
// Limits of our own: kMaxValidationSteps for the whole set (about: expressions times
// environments) and kMaxFindings for all; what lies behind them was not looked at, and that is an
// error, FindingKind::TooMuch. Of one policy the first kMaxFindingsPerPolicy are told.
#pragma once

#include <cstddef>
#include <vector>

#include "policy/cedar/finding.h"
#include "policy/cedar/policy_set.h"
#include "policy/cedar/schema.h"

namespace hub::policy {

inline constexpr std::size_t kMaxValidationSteps = 20'000'000;
inline constexpr std::size_t kMaxFindings = 1'000;

// In the order of the set, templates last; for each policy in the order of its text.
[[nodiscard]] std::vector<Finding> validate(const PolicySet& policies, const Schema& schema,
                                            std::size_t max_steps = kMaxValidationSteps);

[[nodiscard]] bool has_errors(const std::vector<Finding>& findings);

}  // namespace hub::policy
