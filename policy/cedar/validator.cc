#include "policy/cedar/validator.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "policy/cedar/finding_list.h"
#include "policy/cedar/head_check.h"
#include "policy/cedar/name_check.h"
#include "policy/cedar/typecheck.h"

namespace hub::policy {
namespace {

// The environments of one action.
struct ActionEnvironments {
  const ActionType* action = nullptr;
  TypePtr context;
  std::vector<TypePtr> principals;
  std::vector<TypePtr> resources;
};

std::vector<ActionEnvironments> environments_of(const Schema& schema) {
  std::vector<ActionEnvironments> out;
  for (const auto& action : schema.actions()) {
    ActionEnvironments one{&action, Type::record(action.context), {}, {}};
    for (const auto& name : action.principals) one.principals.push_back(Type::entity(name));
    for (const auto& name : action.resources) one.resources.push_back(Type::entity(name));
    out.push_back(std::move(one));
  }
  return out;
}

class PolicyValidator {
 public:
  PolicyValidator(const Policy& policy, const Schema& schema, Effort& effort)
      : policy_(policy), schema_(schema), effort_(effort) {}

  // `made_of`: the template of a linked policy, which is judged for itself; else null.
  std::vector<Finding> run(const std::vector<ActionEnvironments>& environments,
                           const Policy* made_of) && {
    if (!effort_.take(1 + policy_.expressions.nodes.size())) return too_much();
    if (made_of != nullptr) {
      check_slots(policy_, *made_of, schema_, findings_, effort_);
      check_action(environments);
    } else {
      check_names(policy_, schema_, findings_, effort_);
      check_action(environments);
      check_texts(policy_, findings_);
      check_types(environments);
    }
    if (effort_.spent()) return too_much();
    return std::move(findings_).take();
  }

 private:
  std::vector<Finding> too_much() {
    findings_.add(FindingKind::TooMuch, policy_.span,
                  "the policies are too much to validate: the limit was reached here",
                  "name the action, and the types of principal and resource, in each head");
    return std::move(findings_).take();
  }

  [[nodiscard]] std::vector<TypePtr> admitted(const Scope& scope,
                                              const std::vector<TypePtr>& types) const {
    std::vector<TypePtr> out;
    std::ranges::copy_if(types, std::back_inserter(out), [&](const TypePtr& type) {
      return admits(scope, type->entity_type(), schema_) != Truth::False;
    });
    return out;
  }

  void check_types(const std::vector<ActionEnvironments>& environments) {
    if (policy_.action.kind == ActionScope::Kind::InAny && policy_.action.actions.empty()) {
      findings_.add(FindingKind::EmptySet, policy_.action.span, "the list of actions is empty",
                    "name an action, or leave out the `in`");
    }
    check_action_list(environments);
    ExpressionIdentity identity(policy_.expressions);
    bool possible = false;
    for (const auto& one : environments) {
      if (!effort_.take()) return;
      if (admits(policy_.action, one.action->uid, schema_) == Truth::False) continue;
      if (!effort_.take(one.principals.size() + one.resources.size())) return;
      const auto resources = admitted(policy_.resource, one.resources);
      for (const auto& principal : admitted(policy_.principal, one.principals)) {
        for (const auto& resource : resources) {
          TypeChecker checker(schema_, policy_, identity, findings_, effort_,
                              {one.action, principal, resource, one.context});
          possible = checker.conditions() != Truth::False || possible;
          if (!effort_.take()) return;
        }
      }
    }
    if (possible) return;
    findings_.add(FindingKind::ImpossiblePolicy, policy_.span,
                  "the policy never applies: it is false for every request that the schema allows",
                  "look at its head and its conditions, or take it out");
  }

  // The list is a set, whose items are of one type: looked at in every environment in which what
  // stands before it in the head may hold.
  void check_action_list(const std::vector<ActionEnvironments>& environments) {
    const auto& listed = policy_.action.actions;
    const auto type_of = [](const Value& action) { return action.entity()->uid.type; };
    if (std::ranges::adjacent_find(listed, std::ranges::not_equal_to{}, type_of) == listed.end()) {
      return;
    }
    for (const auto& one : environments) {
      if (!effort_.take(1 + one.principals.size())) return;
      if (one.resources.empty() || admitted(policy_.principal, one.principals).empty()) continue;
      findings_.add(FindingKind::IncompatibleTypes, policy_.action.span,
                    "the list has actions of different namespaces",
                    "write a policy for each of the namespaces");
      return;
    }
  }

  // Whether there is an action that applies to what the head admits; unknown actions do not.
  void check_action(const std::vector<ActionEnvironments>& environments) {
    const auto& wanted = policy_.action.actions;
    const bool known = policy_.action.kind == ActionScope::Kind::Any ||
                       (!wanted.empty() && std::ranges::all_of(wanted, [this](const Value& action) {
                         return schema_.action(action.entity()->uid) != nullptr;
                       }));
    std::set<std::string> principals;
    std::set<std::string> resources;
    for (const auto& one : environments) {
      if (!known || !effort_.take(1 + one.principals.size() + one.resources.size())) break;
      if (admits(policy_.action, one.action->uid, schema_) == Truth::False) continue;
      if (fits_any(policy_.principal, one.principals) &&
          fits_any(policy_.resource, one.resources)) {
        return;
      }
      for (const auto& type : one.principals) principals.insert(type->entity_type());
      for (const auto& type : one.resources) resources.insert(type->entity_type());
    }
    std::string hint;
    if (in_would_fit(policy_.principal, principals)) {
      hint = "did you mean `in` instead of `==` for the principal?";
    } else if (in_would_fit(policy_.resource, resources)) {
      hint = "did you mean `in` instead of `==` for the resource?";
    }
    findings_.add(FindingKind::NoApplicableAction, policy_.span,
                  "no action applies to the principals and resources of the head", std::move(hint));
  }

  // An entity or a type that the schema does not know fits nothing.
  [[nodiscard]] bool fits_any(const Scope& scope, const std::vector<TypePtr>& types) const {
    const auto* held = scope.entity.entity();
    if (held != nullptr && schema_.entity_type(held->uid.type) == nullptr) return false;
    return std::ranges::any_of(types, [&](const TypePtr& type) {
      return admits(scope, type->entity_type(), schema_) != Truth::False;
    });
  }

  [[nodiscard]] bool in_would_fit(const Scope& scope, const std::set<std::string>& types) const {
    const auto* held = scope.entity.entity();
    if (scope.kind != Scope::Kind::Equal || held == nullptr) return false;
    const auto& wanted = held->uid.type;
    return !types.contains(wanted) && std::ranges::any_of(types, [&](const std::string& type) {
      return schema_.can_be_in(type, wanted);
    });
  }

  const Policy& policy_;
  const Schema& schema_;
  Effort& effort_;
  FindingList findings_{policy_};
};

using Written = std::pair<const std::string*, std::uint32_t>;

Written written_at(const Policy& policy) { return {policy.source.get(), policy.span.begin}; }

}  // namespace

std::vector<Finding> validate(const PolicySet& policies, const Schema& schema,
                              std::size_t max_steps) {
  const auto environments = environments_of(schema);
  Effort effort(max_steps);
  std::map<Written, const Policy*> templates;
  for (const auto& policy : policies.templates()) {
    if (policy->source) templates.emplace(written_at(*policy), policy.get());
  }
  std::vector<Finding> out;
  for (const auto& list : {policies.policies(), policies.templates()}) {
    for (const auto& policy : list) {
      const auto written = templates.find(written_at(*policy));
      const auto* made_of =
          policy->is_template() || written == templates.end() ? nullptr : written->second;
      auto found = PolicyValidator(*policy, schema, effort).run(environments, made_of);
      std::ranges::move(found, std::back_inserter(out));
      if (effort.spent()) return out;
      if (out.size() < kMaxFindings) continue;
      out.resize(kMaxFindings);
      out.back().kind = FindingKind::TooMuch;
      out.back().what = "there are too many findings: the rest is not shown";
      out.back().hint = "mend these first";
      return out;
    }
  }
  return out;
}

bool has_errors(const std::vector<Finding>& findings) {
  return std::ranges::any_of(findings,
                             [](const Finding& one) { return one.severity() == Severity::Error; });
}

}  // namespace hub::policy
