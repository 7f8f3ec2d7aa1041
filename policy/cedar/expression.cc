#include "policy/cedar/expression.h"

namespace hub::policy {

// Leftmost places for the texts between the stars; greedy is right because a later place for one
// of them never helps the next.
bool matches(const Pattern& pattern, std::string_view text) {
  if (pattern.size() < 2) return pattern.empty() ? text.empty() : text == pattern.front();
  const std::string_view head = pattern.front();
  const std::string_view tail = pattern.back();
  if (text.size() < head.size() + tail.size()) return false;
  if (!text.starts_with(head) || !text.ends_with(tail)) return false;
  auto rest = text.substr(head.size(), text.size() - head.size() - tail.size());
  for (std::size_t i = 1; i + 1 < pattern.size(); ++i) {
    const auto at = rest.find(pattern[i]);
    if (at == std::string_view::npos) return false;
    rest.remove_prefix(at + pattern[i].size());
  }
  return true;
}

}  // namespace hub::policy
