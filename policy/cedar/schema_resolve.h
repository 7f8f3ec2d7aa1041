// Looks up the names of a schema draft and makes the Schema of it. Inside the folder.
#pragma once

#include <vector>

#include "core/base/result.h"
#include "policy/cedar/lexer.h"
#include "policy/cedar/schema.h"
#include "policy/cedar/schema_draft.h"

namespace hub::policy {

// Refused: what is declared twice or hides a name of the empty namespace, a name that means
// nothing, a cycle of common types or of actions, a shape or context that is no record, more than
// the limits of schema_draft.h. The mistakes name what they are about, and there are at most 20.
[[nodiscard]] Result<Schema, std::vector<LexMistake>> resolve_schema(const SchemaDraft& draft);

}  // namespace hub::policy
