// Entities and requests as Cedar's JSON writes them, for bundles, tests and tools:
//
//   [{"uid": {"type": "User", "id": "ann"}, "attrs": {"grade": 5, "team": {"__entity": {...}}},
//     "parents": [{"type": "Group", "id": "g"}], "tags": {}}]
//
// Without a schema an entity in an attribute must be written with its `__entity` escape, a value of
// an extension type with `__extn`: {"__extn": {"fn": "decimal", "arg": "1.0"}}. Anything else than
// these keys, a fraction, null, or an unknown escape is refused. An entity that is told twice alike
// is one; told twice with a difference it is refused.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "policy/cedar/entities.h"
#include "policy/cedar/schema.h"
#include "policy/cedar/value.h"

namespace hub::policy {

// Errors are fixed words with a position in the text, never the text.
[[nodiscard]] Result<Entities, std::string> parse_entities(std::string_view json);
[[nodiscard]] Result<Record, std::string> parse_record(std::string_view json);

// With a schema an entity may also be written without its escape where one is expected, as
// {"type": ..., "id": ...}, and a value of an extension type as its text. Whatever does not fit the
// schema (conformance.h) is refused. Actions need not be listed: they come from the schema. One
// that is listed has all its groups as parents, or as parents of those of its groups that are
// listed.
[[nodiscard]] Result<Entities, std::string> parse_entities(std::string_view json,
                                                           const Schema& schema);
[[nodiscard]] Result<Record, std::string> parse_context(std::string_view json, const Schema& schema,
                                                        const EntityUid& action);

}  // namespace hub::policy
