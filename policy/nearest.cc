#include "policy/nearest.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

namespace hub::policy {
namespace {

constexpr std::size_t kResourceWeight = 100;
constexpr std::size_t kPrincipalWeight = 10;

// In the file of the policy; 0 when the policy was no text there.
std::size_t line_of(const Policy& policy, Span part) {
  if (policy.line == 0 || policy.source == nullptr) return 0;
  const auto upto = std::string_view(*policy.source).substr(0, part.begin);
  return 1 + static_cast<std::size_t>(std::ranges::count(upto, '\n'));
}

struct Miss {
  NearMiss near;
  std::size_t weight = 0;

  void add(const Policy& policy, Span part, std::size_t more, bool erred) {
    if (weight == 0) {
      near.lacked = policy.written(part);
      near.line = line_of(policy, part);
      near.erred = erred;
    }
    weight += more;
  }

  // A scope of a linked policy is written with its slot: that is shown filled.
  void add(const Policy& policy, const Scope& scope, std::string_view slot, std::size_t more) {
    const bool first = weight == 0;
    add(policy, scope.span, more, false);
    const auto at = near.lacked.find(slot);
    if (first && at != std::string::npos) {
      near.lacked.replace(at, slot.size(), to_text(scope.entity));
    }
  }
};

class Weigher {
 public:
  Weigher(const Policy& policy, Evaluator& evaluator) : policy_(policy), evaluator_(evaluator) {}

  Miss run() && {
    miss_.near.policy = &policy_;
    if (!evaluator_.resource_fits(policy_.resource)) {
      miss_.add(policy_, policy_.resource, "?resource", kResourceWeight);
    }
    if (!evaluator_.principal_fits(policy_.principal)) {
      miss_.add(policy_, policy_.principal, "?principal", kPrincipalWeight);
    }
    for (const auto& condition : policy_.conditions) {
      if (condition.unless) {
        weigh(condition.body, Outcome::Unsatisfied);
      } else {
        weigh_each(condition.body);
      }
    }
    return std::move(miss_);
  }

 private:
  // The parts of a && chain are conditions of their own.
  void weigh_each(NodeId id) {
    const auto& node = policy_.expressions.nodes[id];
    if (node.op != Op::And) {
      weigh(id, Outcome::Satisfied);
      return;
    }
    for (const auto part : policy_.expressions.children_of(node)) weigh_each(part);
  }

  void weigh(NodeId id, Outcome wanted) {
    const auto outcome = evaluator_.holds(policy_.expressions, id);
    if (outcome == wanted) return;
    miss_.add(policy_, policy_.expressions.nodes[id].span, 1, outcome == Outcome::Erred);
  }

  const Policy& policy_;
  Evaluator& evaluator_;
  Miss miss_;
};

}  // namespace

std::optional<NearMiss> nearest_permit(const PolicySet& policies, Evaluator& evaluator) {
  std::optional<NearMiss> out;
  auto least = std::numeric_limits<std::size_t>::max();
  for (const auto& policy : policies.policies()) {
    if (policy->effect != Effect::Permit || !evaluator.action_fits(policy->action)) continue;
    auto miss = Weigher(*policy, evaluator).run();
    if (miss.weight >= least) continue;
    least = miss.weight;
    out = std::move(miss.near);
  }
  return out;
}

}  // namespace hub::policy
