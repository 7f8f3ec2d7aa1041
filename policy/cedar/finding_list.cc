#include "policy/cedar/finding_list.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

namespace hub::policy {
namespace {

void place(Finding& finding) {
  if (finding.source == nullptr) return;
  const auto upto = std::string_view(*finding.source).substr(0, finding.span.begin);
  const auto newline = upto.rfind('\n');
  finding.line = 1 + static_cast<std::size_t>(std::ranges::count(upto, '\n'));
  finding.column = upto.size() - (newline == std::string_view::npos ? 0 : newline + 1) + 1;
}

}  // namespace

void FindingList::add(FindingKind kind, Span span, std::string what, std::string hint) {
  ++reports_;
  if (findings_.size() >= kMaxFindingsPerPolicy) return;
  if (!noted_.emplace(span.begin, span.end, kind, what).second) return;
  Finding out;
  out.policy_id = policy_.id;
  out.kind = kind;
  out.file = policy_.file;
  out.span = span;
  out.what = std::move(what);
  out.hint = std::move(hint);
  if (policy_.source != nullptr && span.end <= policy_.source->size()) {
    out.source = policy_.source;
  }
  findings_.push_back(std::move(out));
}

std::vector<Finding> FindingList::take() && {
  std::vector<std::size_t> order(findings_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // Of two at one place, the one found first comes first.
  std::ranges::sort(order, {},
                    [this](std::size_t at) { return std::pair(findings_[at].span.begin, at); });
  std::vector<Finding> out;
  out.reserve(order.size());
  for (const auto at : order) out.push_back(std::move(findings_[at]));
  for (auto& finding : out) place(finding);
  return out;
}

}  // namespace hub::policy
