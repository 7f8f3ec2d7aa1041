// What the hub's policies can speak of, as a Cedar schema: the contract of world.h in the
// language's own words. A bundle's policies are validated strictly against it, and
// `hubctl policy schema` prints it for editors that check while one writes.
#pragma once

#include <string_view>

#include "policy/cedar/schema.h"

namespace hub::policy {

// Kept as hub.cedarschema beside policies.
[[nodiscard]] std::string_view world_schema_text();
[[nodiscard]] const Schema& world_schema();

}  // namespace hub::policy
