#include "policy/cedar/names.h"

#include <algorithm>

#include "policy/cedar/token_cursor.h"

namespace hub::policy {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_letter_or_digit(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

}  // namespace

bool is_identifier(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, is_letter_or_digit);
}

bool is_plain_name(std::string_view text) { return is_identifier(text) && !is_reserved(text); }

bool is_type_name(std::string_view text) {
  constexpr std::string_view separator = "::";
  while (true) {
    const auto end = text.find(separator);
    if (!is_plain_name(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + separator.size());
  }
}

bool is_action_type(std::string_view type) {
  return type == "Action" || type.ends_with("::Action");
}

}  // namespace hub::policy
