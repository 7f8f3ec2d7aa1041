// Cedar's schemas as JSON:
//
//   {"Hub": {"commonTypes": {"Address": {"type": "Record", "attributes": {...}}},
//            "entityTypes": {"Authority": {"memberOfTypes": ["Region"], "shape": {...},
//                                          "tags": {"type": "String"}},
//                            "Region": {"enum": ["north", "south"]}},
//            "actions": {"read": {"memberOf": [{"id": "use"}],
//                                 "appliesTo": {"principalTypes": ["Authority"], ...}}}}}
//
// Any other key, a key twice, attributes of actions, and records with additionalAttributes are
// refused. Lists in place of objects are refused too, although the official reader takes them.
//
// Limits of our own: kMaxSchemaJsonBytes a text and those of schema_draft.h.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "policy/cedar/parse_error.h"
#include "policy/cedar/schema.h"

namespace hub::policy {

inline constexpr std::size_t kMaxSchemaJsonBytes = 4U << 20U;

// The first mistake of form, or up to 20 of names. A mistake says which part of the schema it is
// about; a line is known only where the text is no JSON.
[[nodiscard]] Result<Schema, std::vector<ParseError>> parse_schema_json(std::string_view text,
                                                                        std::string_view file);

}  // namespace hub::policy
