// The 33 authorities of London by their GSS codes: the 32 boroughs and the City of London.
//
// For tools, which judge a bundle without a register. At run time the register says who takes part.
#pragma once

#include <span>
#include <string_view>

namespace hub::policy {

struct NamedAuthority {
  std::string_view code;
  std::string_view name;
};

// In order of code, E09000001 to E09000033.
[[nodiscard]] std::span<const NamedAuthority> london_authorities();

// Empty when it is none of them.
[[nodiscard]] std::string_view name_of_authority(std::string_view code);

}  // namespace hub::policy
