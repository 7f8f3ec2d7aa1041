// What may be a name in Cedar, for names that do not come out of a policy's text.
#pragma once

#include <string_view>

namespace hub::policy {

// Letters, digits and underscores, no digit first. Annotations are named so, even `@if`.
[[nodiscard]] bool is_identifier(std::string_view text);

// An identifier that is not reserved: what may stand behind a dot.
[[nodiscard]] bool is_plain_name(std::string_view text);

// Name, or Name::Name..., without blanks.
[[nodiscard]] bool is_type_name(std::string_view text);

// Action, or Name::Action.
[[nodiscard]] bool is_action_type(std::string_view type);

}  // namespace hub::policy
