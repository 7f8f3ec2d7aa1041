// Evaluates policies and expressions for one request. Inside the folder: callers go through
// authorize() or a Rulebook.
//
// Values are borrowed from the policies, the entities and the request; what an expression makes
// anew lives until the evaluator does. An evaluator serves one thread and one request.
#pragma once

#include <cstdint>
#include <forward_list>
#include <optional>
#include <string_view>

#include "policy/cedar/authorizer.h"
#include "policy/cedar/entities.h"
#include "policy/cedar/expression.h"
#include "policy/cedar/policy.h"
#include "policy/cedar/policy_index.h"
#include "policy/cedar/value.h"

namespace hub::policy {

enum class Outcome : std::uint8_t { Unsatisfied, Satisfied, Erred };

class Evaluator {
 public:
  // Both must outlive the evaluator.
  Evaluator(const Entities& entities, const Request& request);

  // What is open of the head, and the conditions; error() says what went wrong when it erred.
  [[nodiscard]] Outcome policy(const Policy& policy, OpenHead open = {});

  // Heads never err.
  [[nodiscard]] bool principal_fits(const Scope& scope) const;
  [[nodiscard]] bool action_fits(const ActionScope& scope) const;
  [[nodiscard]] bool resource_fits(const Scope& scope) const;
  // The node as a condition: true, false or an error.
  [[nodiscard]] Outcome holds(const Expressions& in, NodeId node);

  // Null when it erred.
  [[nodiscard]] const Value* value(const Expressions& in, NodeId id);

  [[nodiscard]] EvaluationError error() const { return error_; }

  // The request, as the index of a set wants it.
  [[nodiscard]] PolicyIndex::Asked principal() const { return asked(principal_, of_principal_); }
  [[nodiscard]] PolicyIndex::Asked action() const { return asked(action_, of_action_); }
  [[nodiscard]] PolicyIndex::Asked resource() const { return asked(resource_, of_resource_); }

 private:
  using Known = Entities::Known;

  [[nodiscard]] static PolicyIndex::Asked asked(const Value& who, const Known& known) {
    return {*who.entity(), known.ancestors};
  }

  using OnOne = const Value* (Evaluator::*)(const Value&);
  using OnTwo = const Value* (Evaluator::*)(const Value&, const Value&);
  const Value* one(const Expressions& in, const Node& node, OnOne apply);
  const Value* two(const Expressions& in, const Node& node, OnTwo apply);

  const Value* conditional(const Expressions& in, const Node& node);
  const Value* chain(const Expressions& in, const Node& node, bool goes_on_while);
  const Value* equality(const Expressions& in, const Node& node, bool wanted);
  const Value* get_attribute(const Expressions& in, const Node& node);
  const Value* has_attribute(const Expressions& in, const Node& node);
  const Value* like(const Expressions& in, const Node& node);
  const Value* is(const Expressions& in, const Node& node);
  const Value* set(const Expressions& in, const Node& node);
  const Value* record(const Expressions& in, const Node& node);
  const Value* call(const Expressions& in, const Node& node);

  const Value* invert(const Value& operand);
  const Value* negate(const Value& operand);
  const Value* is_empty(const Value& operand);

  const Value* less(const Value& left, const Value& right);
  const Value* less_equal(const Value& left, const Value& right);
  const Value* greater(const Value& left, const Value& right);
  const Value* greater_equal(const Value& left, const Value& right);
  const Value* sum(const Value& left, const Value& right);
  const Value* difference(const Value& left, const Value& right);
  const Value* product(const Value& left, const Value& right);
  const Value* membership(const Value& member, const Value& groups);
  const Value* contains(const Value& left, const Value& right);
  const Value* contains_all(const Value& left, const Value& right);
  const Value* contains_any(const Value& left, const Value& right);
  const Value* get_tag(const Value& owner, const Value& name);
  const Value* has_tag(const Value& owner, const Value& name);
  template <class Compare>
  const Value* ordered(const Value& left, const Value& right, Compare compare);
  template <class Apply>
  const Value* numbers(const Value& left, const Value& right, Apply apply);
  template <class Apply>
  const Value* sets(const Value& left, const Value& right, Apply apply);

  [[nodiscard]] std::optional<bool> condition(const Expressions& in, NodeId id);
  const Known& look_up(const HashedUid& uid);
  const Value* keep(Value value);
  const Value* fail_with(EvaluationError error);

  const Entities& entities_;
  const Value& principal_;
  const Value& action_;
  const Value& resource_;
  Value context_;
  std::forward_list<Value> made_;
  Known of_principal_;
  Known of_action_;
  Known of_resource_;
  const HashedUid* last_uid_ = nullptr;
  Known of_last_;
  EvaluationError error_ = EvaluationError::WrongType;
};

}  // namespace hub::policy
