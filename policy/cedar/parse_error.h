// A mistake in a policy, an agreement or another text of the bundle, told so that its author can
// put it right: where, what, and what to write instead.
#pragma once

#include <cstddef>
#include <string>

namespace hub::policy {

struct ParseError {
  std::string file;
  std::size_t line = 0;    // 1-based; 0 when the whole file is at fault
  std::size_t column = 0;  // 1-based, in bytes; 0 when the line is all that is known
  std::string what;
  std::string hint;  // may be empty
};

// "policy/ta.cedar:12:7: unexpected `)`; expected an expression"
[[nodiscard]] std::string to_text(const ParseError& error);

}  // namespace hub::policy
