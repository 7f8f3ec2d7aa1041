// Policies and expressions as Cedar text, for those that were never written as one: read from
// JSON, linked from a template, left over by an evaluation.
//
// The text has as few parentheses as it can, and parses back to the same policy: the same nodes,
// of the same operators, in the same order. Comments and layout are not kept, and neither is
// whether an annotation without a value was written with an empty one.
#pragma once

#include <string>

#include "policy/cedar/expression.h"
#include "policy/cedar/policy.h"

namespace hub::policy {

// Without the id, which is no part of the text (an @id annotation is), and with its semicolon.
[[nodiscard]] std::string to_text(const Policy& policy);

// One expression, on one line.
[[nodiscard]] std::string to_text(const Expressions& expressions, NodeId node);

// Makes that text the source of the policy, and the spans of the policy and of all its parts the
// places where they stand in it, so that written() answers for a policy that has no file.
void write_source(Policy& policy);

}  // namespace hub::policy
