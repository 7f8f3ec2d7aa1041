#include "policy/cedar/parse_error.h"

namespace hub::policy {
namespace {

constexpr std::size_t kMaxQuoted = 40;

}  // namespace

std::string to_text(const ParseError& error) {
  auto out = error.file;
  if (error.line > 0) out += ":" + std::to_string(error.line);
  if (error.line > 0 && error.column > 0) out += ":" + std::to_string(error.column);
  out += ": " + error.what;
  if (!error.hint.empty()) out += "; " + error.hint;
  return out;
}

std::string quoted_briefly(std::string_view words) {
  std::string out;
  for (const char c : words.substr(0, kMaxQuoted)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7F ? ' ' : c;
  }
  return "`" + out + (words.size() > kMaxQuoted ? "...`" : "`");
}

}  // namespace hub::policy
