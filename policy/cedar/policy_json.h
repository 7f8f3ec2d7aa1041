// Policies and policy sets in Cedar's JSON form, for tools that make or show policies.
//
//   {"effect": "permit", "principal": {"op": "==", "slot": "?principal"}, "action": {"op": "All"},
//    "resource": {"op": "is", "entity_type": "File", "in": {"entity": {"type": ..., "id": ...}}},
//    "conditions": [{"kind": "when", "body": EXPRESSION}], "annotations": {"id": "p1"}}
//
//   {"staticPolicies": {ID: POLICY}, "templates": {ID: POLICY},
//    "templateLinks": [{"templateId": ID, "newId": ID, "values": {"?principal": ENTITY}}]}
//
// What is read is the same policy as its text gives, with Cedar text made for it as its source; it
// has no line. Ids are the keys of the objects, whatever an @id says. Each of the three parts of a
// set may be left out; the policies come in the order of their ids.
//
// Refused, though other readers let them pass: keys that have no meaning where they stand, a key
// twice, an escape with more beside it, null (but as an annotation's value, for none), functions
// that do not exist, a method without an argument, and a path behind `has` of which a part is no
// name: what cannot be written as a policy's text cannot be said in JSON.
//
// Limits: kMaxPolicyJsonBytes a text, kMaxPolicyJsonDepth levels of JSON, kMaxPolicyDepth levels in
// an expression (a chain of && or of || is one) and kMaxPolicyTokens nodes in a policy.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "policy/cedar/parse_error.h"
#include "policy/cedar/policy.h"
#include "policy/cedar/policy_set.h"

namespace hub::policy {

inline constexpr std::size_t kMaxPolicyJsonBytes = 8U << 20U;
// Two for each level of an expression, and for each part of a chain.
inline constexpr std::size_t kMaxPolicyJsonDepth = 4'000;

// One policy or template.
[[nodiscard]] Result<Policy, ParseError> parse_policy_json(std::string_view text, std::string id,
                                                           std::string_view file);

// At most one mistake for each policy, and 20 in all.
[[nodiscard]] Result<PolicySet, std::vector<ParseError>> parse_policy_set_json(
    std::string_view text, std::string_view file);

// On one line. Reads back to the same policy, but for parentheses around the left part of a chain,
// which the form cannot show: (a && b) && c is a && b && c.
[[nodiscard]] std::string to_json(const Policy& policy);
// Links are given as links, not as the policies they make.
[[nodiscard]] std::string to_json(const PolicySet& policies);

}  // namespace hub::policy
