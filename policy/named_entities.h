// Whether what policies name is there: `RecordType::"x"`, `FieldGroup::"x/y"`, `Agreement::"x"`,
// `Role::"x"`, authorities and who acts for them, wherever they stand in a policy.
//
// The schema knows types, not names: a condition on a name that is misspelt is valid, and never
// true. In a permit that shares too little, in a forbid it lets through what must not pass.
#pragma once

#include <vector>

#include "policy/cedar/finding.h"
#include "policy/cedar/parse_error.h"
#include "policy/cedar/policy_set.h"
#include "policy/enforcement.h"
#include "policy/world.h"

namespace hub::policy {

// Errors, in the order of the set, templates last: record types and field groups that the catalogue
// does not have, agreements and guests that the bundle does not have, roles that neither a link
// nor the hub (roles.h) knows, codes that are of no authority of London, and brokers but the one.
[[nodiscard]] std::vector<Finding> unknown_names(const PolicySet& policies,
                                                 const Agreements& agreements,
                                                 const std::vector<RecordTypeFacts>& record_types);

// The same, for a list of mistakes.
[[nodiscard]] std::vector<ParseError> mistakes_in_names(
    const PolicySet& policies, const Agreements& agreements,
    const std::vector<RecordTypeFacts>& record_types);

}  // namespace hub::policy
