// The forms of names that bundles and questions carry.
#pragma once

#include <string_view>

namespace hub::policy {

// london-ta-notice-2026, section-208-notice, gdpr-6-1-c: lower-case letters, digits, '-', '.',
// '_', starting with a letter or digit, at most 64.
[[nodiscard]] bool is_code(std::string_view text);

// A GSS code, E09000007.
[[nodiscard]] bool is_authority_code(std::string_view text);

// Up to 128 printable ASCII characters without a space: what a question may carry at all.
[[nodiscard]] bool is_name(std::string_view text);

}  // namespace hub::policy
