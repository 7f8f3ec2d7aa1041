#include "policy/time_use.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace hub::policy {
namespace {

class TimeUse {
 public:
  explicit TimeUse(const Expressions& in) : in_(in), parents_(in.nodes.size(), kNone) {
    for (NodeId id = 0; id < in.nodes.size(); ++id) {
      for (const auto child : in.children_of(in.nodes[id])) parents_[child] = id;
    }
  }

  [[nodiscard]] bool harmless() const {
    for (NodeId id = 0; id < in_.nodes.size(); ++id) {
      if (in_.nodes[id].op != Op::Context) continue;
      if (!only_gives_attributes(id)) return false;
    }
    return true;
  }

 private:
  static constexpr NodeId kNone = ~NodeId{0};

  [[nodiscard]] bool only_gives_attributes(NodeId context) const {
    const auto user = parents_[context];
    if (user == kNone) return false;
    if (in_.nodes[user].op == Op::HasAttribute) return true;
    if (in_.nodes[user].op != Op::GetAttribute) return false;
    return name_of(user) != "now" || compared_with_a_date(user);
  }

  [[nodiscard]] bool compared_with_a_date(NodeId now) const {
    const auto comparison = parents_[now];
    if (comparison == kNone) return false;
    const auto& node = in_.nodes[comparison];
    const bool now_first = node.op == Op::Less || node.op == Op::GreaterEqual;
    const bool now_second = node.op == Op::Greater || node.op == Op::LessEqual;
    const auto parts = in_.children_of(node);
    if (now_first && parts[0] == now) return is_agreement_date(parts[1]);
    if (now_second && parts[1] == now) return is_agreement_date(parts[0]);
    return false;
  }

  // context.agreement.starts, context.agreement.ends
  [[nodiscard]] bool is_agreement_date(NodeId id) const {
    if (in_.nodes[id].op != Op::GetAttribute) return false;
    if (name_of(id) != "starts" && name_of(id) != "ends") return false;
    const auto owner = in_.children_of(in_.nodes[id])[0];
    if (in_.nodes[owner].op != Op::GetAttribute || name_of(owner) != "agreement") return false;
    return in_.nodes[in_.children_of(in_.nodes[owner])[0]].op == Op::Context;
  }

  [[nodiscard]] std::string_view name_of(NodeId id) const {
    return in_.names[in_.nodes[id].operand];
  }

  const Expressions& in_;
  std::vector<NodeId> parents_;
};

}  // namespace

bool changes_only_at_agreement_dates(const Policy& policy) {
  return TimeUse(policy.expressions).harmless();
}

}  // namespace hub::policy
