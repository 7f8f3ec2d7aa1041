// Cedar's schema language:
//
//   namespace Hub {
//     type Address = {street: String, floor?: Long};
//     entity Authority in [Region] = {address: Address} tags Set<String>;
//     entity Region enum ["north", "south"];
//     action read, "read all" in [use] appliesTo {principal: Authority, resource: [Dataset]};
//   }
//
// Annotations are checked and dropped. Names are looked up as Cedar does: in the namespace where
// they are used, then in the empty one; common types before entity types before what the language
// has (Bool, Long, String, decimal, ipaddr, datetime, duration, also as __cedar::Bool ...).
//
// Limits of our own: those of a policy text (policy_set.h) and those of schema_draft.h.
#pragma once

#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "policy/cedar/parse_error.h"
#include "policy/cedar/schema.h"

namespace hub::policy {

// Every mistake found is listed, up to 20; names are looked up when the grammar holds.
[[nodiscard]] Result<Schema, std::vector<ParseError>> parse_schema(std::string_view text,
                                                                   std::string_view file);

}  // namespace hub::policy
