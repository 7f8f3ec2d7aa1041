#include "policy/roles.h"

#include <array>

namespace hub::policy {
namespace {

constexpr std::array<std::string_view, 9> kRoles{
    "operator",          "auditor", "sender",  "housing-officer",   "notice-lead",
    "marac-coordinator", "idva",    "analyst", "governance-officer"};

}  // namespace

std::span<const std::string_view> hub_roles() { return kRoles; }

}  // namespace hub::policy
