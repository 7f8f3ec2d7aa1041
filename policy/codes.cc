#include "policy/codes.h"

#include <algorithm>

namespace hub::policy {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

}  // namespace

bool is_code(std::string_view text) {
  constexpr std::size_t most = 64;
  if (text.empty() || text.size() > most) return false;
  if (!is_lower(text.front()) && !digit(text.front())) return false;
  return std::ranges::all_of(
      text, [](char c) { return is_lower(c) || digit(c) || c == '-' || c == '.' || c == '_'; });
}

bool is_authority_code(std::string_view text) {
  constexpr std::size_t size = 9;
  return text.size() == size && text.front() >= 'A' && text.front() <= 'Z' &&
         std::ranges::all_of(text.substr(1), digit);
}

bool is_name(std::string_view text) {
  constexpr std::size_t most = 128;
  return !text.empty() && text.size() <= most &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace hub::policy
