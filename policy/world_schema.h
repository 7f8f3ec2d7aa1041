// What the hub's policies can speak of, as a Cedar schema: the contract with whoever writes
// policies. A bundle's policies are validated strictly against it, and what world.h makes fits it.
// `hubctl policy schema` prints it, for an editor that checks while one writes.
#pragma once

#include <string_view>

#include "policy/cedar/schema.h"

namespace hub::policy {

[[nodiscard]] std::string_view world_schema_text();
[[nodiscard]] const Schema& world_schema();

}  // namespace hub::policy
