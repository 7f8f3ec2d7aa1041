// The roles that agents know (docs/governance.md, "Roles"). A role that is not here is held by
// nobody, so a policy that names it does not do what its author meant.
#pragma once

#include <span>
#include <string_view>

namespace hub::policy {

[[nodiscard]] std::span<const std::string_view> hub_roles();

}  // namespace hub::policy
