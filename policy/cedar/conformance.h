// Do requests and entities fit the schema? Policies that passed the validator err on nothing that
// does (docs/policy.md); on anything else a forbid may be skipped, so what does not fit is refused
// before anything is decided.
//
// A fault is told in words of the schema only: the names of its types, attributes and actions,
// never an id, a name or a value out of the data, so that it may be logged.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/cedar/authorizer.h"
#include "policy/cedar/entities.h"
#include "policy/cedar/schema.h"
#include "policy/cedar/value.h"

namespace hub::policy {

// What does not fit, up to 20 faults; nothing when all of it does.
using Faults = std::vector<std::string>;

// The action is known and applies to such principals and resources, enumerated types have these
// ids, and the context has what the action declares and nothing else.
[[nodiscard]] Faults faults_of_request(const Schema& schema, const Request& request);
[[nodiscard]] Faults faults_of_context(const Schema& schema, const EntityUid& action,
                                       const Record& context);

// The type is known and has such an id, attributes and tags are as declared, parents are of types
// that it can be in. An action has no attributes and no tags, and its parents lead to just the
// groups that the schema says.
[[nodiscard]] Faults faults_of_entity(const Schema& schema, const Entity& entity);

}  // namespace hub::policy
