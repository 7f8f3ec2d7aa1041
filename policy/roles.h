// The roles that the hub itself knows (docs/governance.md, "Roles"). A policy that names another
// one which no link fills in does not do what its author meant.
#pragma once

#include <span>
#include <string_view>

namespace hub::policy {

[[nodiscard]] std::span<const std::string_view> hub_roles();

}  // namespace hub::policy
