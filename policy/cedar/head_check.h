// What the head of a policy says of a request environment. Inside the folder: for the validator.
#pragma once

#include "policy/cedar/policy.h"
#include "policy/cedar/schema.h"
#include "policy/cedar/typecheck_types.h"

namespace hub::policy {

// Whether `principal` or `resource` of this entity type can be admitted. A slot admits any.
[[nodiscard]] Truth admits(const Scope& scope, const std::string& type, const Schema& schema);

// Open while it names an action that the schema does not know, or none at all.
[[nodiscard]] Truth admits(const ActionScope& scope, const EntityUid& action, const Schema& schema);

}  // namespace hub::policy
