// Numbers for the expressions of a policy, the same for two that mean the same text: principal.a
// and principal["a"]. What a `has` has shown of an expression is known of all that are the same.
//
// Chains of && and ||, and what is only another spelling (a > b is !(a <= b)), are numbered as the
// language's model has them. Inside the folder: for the type checker.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/cedar/expression.h"

namespace hub::policy {

using ExpressionNumber = std::uint32_t;

class ExpressionIdentity {
 public:
  // The expressions must outlive it.
  explicit ExpressionIdentity(const Expressions& in);

  [[nodiscard]] ExpressionNumber of(NodeId node) const { return numbers_[node]; }
  // Of `object.name`, whether the policy has such an expression or not.
  [[nodiscard]] ExpressionNumber attribute_of(ExpressionNumber object, std::string_view name);
  // Of `object.getTag(name)`.
  [[nodiscard]] ExpressionNumber tag_of(ExpressionNumber object, ExpressionNumber name);

 private:
  ExpressionNumber number(const Node& node);
  ExpressionNumber chain(const Node& node, char sign);
  ExpressionNumber has(const Node& node);
  ExpressionNumber is(const Node& node);
  ExpressionNumber record(const Node& node);
  ExpressionNumber inverse(ExpressionNumber of);
  ExpressionNumber pair(char sign, const Node& node);
  ExpressionNumber intern(std::string key);
  [[nodiscard]] ExpressionNumber child(const Node& node, std::size_t index) const;

  const Expressions& in_;
  std::vector<ExpressionNumber> numbers_;
  std::unordered_map<std::string, ExpressionNumber> known_;
};

}  // namespace hub::policy
