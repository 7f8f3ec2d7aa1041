// Collects the findings of one policy, each once though it is met in many request environments.
// Inside the folder: for the validator.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "policy/cedar/finding.h"
#include "policy/cedar/policy.h"

namespace hub::policy {

inline constexpr std::size_t kMaxFindingsPerPolicy = 100;

class FindingList {
 public:
  // The policy must outlive the list.
  explicit FindingList(const Policy& policy) : policy_(policy) {}

  // Beyond kMaxFindingsPerPolicy, only counts.
  void add(FindingKind kind, Span span, std::string what, std::string hint = {});
  // How often add() was called: grows with a mistake that was noted before, too.
  [[nodiscard]] std::size_t reports() const { return reports_; }

  // In the order of the text.
  [[nodiscard]] std::vector<Finding> take() &&;

 private:
  const Policy& policy_;
  std::size_t reports_ = 0;
  std::set<std::tuple<std::uint32_t, std::uint32_t, FindingKind, std::string>> noted_;
  std::vector<Finding> findings_;
};

}  // namespace hub::policy
