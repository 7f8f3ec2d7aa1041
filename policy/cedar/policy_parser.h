// Parses a text of Cedar policies. Inside the folder: PolicySet::parse is what others call.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "policy/cedar/parse_error.h"
#include "policy/cedar/policy.h"
#include "policy/cedar/policy_set.h"

namespace hub::policy {

// In the order of the text. Ids may repeat; the set looks at that.
[[nodiscard]] Result<std::vector<Policy>, std::vector<ParseError>> parse_policies(
    std::string_view text, std::string_view file, PolicyIds ids);

// One expression and nothing else, in a list whose last node it is.
[[nodiscard]] Result<Expressions, ParseError> parse_expression(std::string_view text);

}  // namespace hub::policy
