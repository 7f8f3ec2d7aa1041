#include "policy/cedar/parse_error.h"

namespace hub::policy {
std::string to_text(const ParseError& error) {
  auto out = error.file;
  if (error.line > 0) out += ":" + std::to_string(error.line);
  if (error.line > 0 && error.column > 0) out += ":" + std::to_string(error.column);
  out += ": " + error.what;
  if (!error.hint.empty()) out += "; " + error.hint;
  return out;
}

}  // namespace hub::policy
