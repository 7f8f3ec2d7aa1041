// Checks that every entity type, action and enumerated id that a policy names is in the schema,
// and warns of texts that may be taken for others. Inside the folder: for the validator.
#pragma once

#include "policy/cedar/finding_list.h"
#include "policy/cedar/policy.h"
#include "policy/cedar/schema.h"
#include "policy/cedar/typecheck_types.h"

namespace hub::policy {

void check_names(const Policy& policy, const Schema& schema, FindingList& findings, Effort& effort);
// Of a linked policy: the types of the entities that the slots of its template got, and no more.
void check_slots(const Policy& linked, const Policy& made_of, const Schema& schema,
                 FindingList& findings, Effort& effort);
void check_texts(const Policy& policy, FindingList& findings);

// Action, or Namespace::Action.
[[nodiscard]] bool is_action_type_name(std::string_view type);

}  // namespace hub::policy
