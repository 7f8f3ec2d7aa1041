#include "policy/cedar/suggestion.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "policy/cedar/finding.h"
#include "policy/cedar/shown_text.h"

namespace hub::policy {
namespace {

constexpr std::size_t kMaxNameCompared = 64;

std::string_view last_part(std::string_view name) {
  const auto at = name.rfind("::");
  return at == std::string_view::npos ? name : name.substr(at + 2);
}

}  // namespace

std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const auto changed = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates,
                         Effort& effort) {
  if (name.size() > kMaxNameCompared) return {};
  const bool plain = name.find("::") == std::string_view::npos;
  auto least = name.size() / 2 + 1;
  std::string_view best;
  for (const auto candidate : candidates) {
    const auto compared = plain ? last_part(candidate) : candidate;
    if (compared.size() > kMaxNameCompared) continue;
    if (!effort.take(1 + name.size() * compared.size() / 16)) return {};
    const auto distance = edit_distance(name, compared);
    if (distance >= least) continue;
    least = distance;
    best = candidate;
  }
  return best.empty() ? std::string() : "did you mean " + in_backquotes(best) + "?";
}

}  // namespace hub::policy
