#include "policy/cedar/evaluator.h"

#include <algorithm>
#include <array>
#include <functional>

#include "policy/cedar/extension.h"

namespace hub::policy {
namespace {

const Value* truth(bool value) {
  static const Value yes(true);
  static const Value no(false);
  return value ? &yes : &no;
}

bool fits(const Scope& scope, const PolicyIndex::Asked& who) {
  const auto is = [&] { return who.uid.uid.type == scope.type; };
  const auto in = [&] {
    const auto& group = *scope.entity.entity();
    return group == who.uid || Entities::Known{nullptr, who.ancestors}.has_ancestor(group);
  };
  switch (scope.kind) {
    case Scope::Kind::Any: return true;
    case Scope::Kind::Equal: return *scope.entity.entity() == who.uid;
    case Scope::Kind::In: return in();
    case Scope::Kind::Is: return is();
    case Scope::Kind::IsIn: return is() && in();
  }
  return false;
}

}  // namespace

Evaluator::Evaluator(const Entities& entities, const Request& request)
    : entities_(entities),
      principal_(request.principal.value()),
      action_(request.action.value()),
      resource_(request.resource.value()),
      context_(request.context),
      of_principal_(entities.look_up(*principal_.entity())),
      of_action_(entities.look_up(*action_.entity())),
      of_resource_(entities.look_up(*resource_.entity())) {}

Outcome Evaluator::policy(const Policy& policy, OpenHead open) {
  if (policy.is_template() || (open.principal && !principal_fits(policy.principal)) ||
      (open.action && !action_fits(policy.action)) ||
      (open.resource && !resource_fits(policy.resource))) {
    return Outcome::Unsatisfied;
  }
  for (const auto& condition : policy.conditions) {
    const auto outcome = holds(policy.expressions, condition.body);
    if (outcome == Outcome::Erred) return outcome;
    if ((outcome == Outcome::Satisfied) == condition.unless) return Outcome::Unsatisfied;
  }
  return Outcome::Satisfied;
}

Outcome Evaluator::holds(const Expressions& in, NodeId node) {
  const auto answer = condition(in, node);
  if (!answer) return Outcome::Erred;
  return *answer ? Outcome::Satisfied : Outcome::Unsatisfied;
}

bool Evaluator::principal_fits(const Scope& scope) const { return fits(scope, principal()); }

bool Evaluator::resource_fits(const Scope& scope) const { return fits(scope, resource()); }

bool Evaluator::action_fits(const ActionScope& scope) const {
  if (scope.kind == ActionScope::Kind::Any) return true;
  const auto& uid = *action_.entity();
  return std::ranges::any_of(scope.actions, [&](const Value& named) {
    return *named.entity() == uid ||
           (scope.kind != ActionScope::Kind::Equal && of_action_.has_ancestor(*named.entity()));
  });
}

const Value* Evaluator::value(const Expressions& in, NodeId id) {
  const auto& node = in.nodes[id];
  switch (node.op) {
    case Op::Literal: return &in.literals[node.operand];
    case Op::Principal: return &principal_;
    case Op::Action: return &action_;
    case Op::Resource: return &resource_;
    case Op::Context: return &context_;
    case Op::If: return conditional(in, node);
    case Op::And: return chain(in, node, true);
    case Op::Or: return chain(in, node, false);
    case Op::Not: return one(in, node, &Evaluator::invert);
    case Op::Negate: return one(in, node, &Evaluator::negate);
    case Op::Equal: return equality(in, node, true);
    case Op::NotEqual: return equality(in, node, false);
    case Op::Less: return two(in, node, &Evaluator::less);
    case Op::LessEqual: return two(in, node, &Evaluator::less_equal);
    case Op::Greater: return two(in, node, &Evaluator::greater);
    case Op::GreaterEqual: return two(in, node, &Evaluator::greater_equal);
    case Op::In: return two(in, node, &Evaluator::membership);
    case Op::Add: return two(in, node, &Evaluator::sum);
    case Op::Subtract: return two(in, node, &Evaluator::difference);
    case Op::Multiply: return two(in, node, &Evaluator::product);
    case Op::GetAttribute: return get_attribute(in, node);
    case Op::HasAttribute: return has_attribute(in, node);
    case Op::GetTag: return two(in, node, &Evaluator::get_tag);
    case Op::HasTag: return two(in, node, &Evaluator::has_tag);
    case Op::Contains: return two(in, node, &Evaluator::contains);
    case Op::ContainsAll: return two(in, node, &Evaluator::contains_all);
    case Op::ContainsAny: return two(in, node, &Evaluator::contains_any);
    case Op::IsEmpty: return one(in, node, &Evaluator::is_empty);
    case Op::Like: return like(in, node);
    case Op::Is: return is(in, node);
    case Op::Set: return set(in, node);
    case Op::Record: return record(in, node);
    case Op::Call: return call(in, node);
  }
  return fail_with(EvaluationError::WrongType);
}

const Value* Evaluator::one(const Expressions& in, const Node& node, OnOne apply) {
  const auto* operand = value(in, in.children_of(node)[0]);
  return operand == nullptr ? nullptr : (this->*apply)(*operand);
}

const Value* Evaluator::two(const Expressions& in, const Node& node, OnTwo apply) {
  const auto parts = in.children_of(node);
  const auto* left = value(in, parts[0]);
  if (left == nullptr) return nullptr;
  const auto* right = value(in, parts[1]);
  return right == nullptr ? nullptr : (this->*apply)(*left, *right);
}

std::optional<bool> Evaluator::condition(const Expressions& in, NodeId id) {
  const auto* found = value(in, id);
  if (found == nullptr) return std::nullopt;
  if (found->boolean() == nullptr) {
    fail_with(EvaluationError::WrongType);
    return std::nullopt;
  }
  return *found->boolean();
}

// && goes on while true, || while false; each part that is reached must be a Bool.
const Value* Evaluator::chain(const Expressions& in, const Node& node, bool goes_on_while) {
  for (const auto part : in.children_of(node)) {
    const auto answer = condition(in, part);
    if (!answer) return nullptr;
    if (*answer != goes_on_while) return truth(*answer);
  }
  return truth(goes_on_while);
}

const Value* Evaluator::conditional(const Expressions& in, const Node& node) {
  const auto parts = in.children_of(node);
  const auto answer = condition(in, parts[0]);
  if (!answer) return nullptr;
  return value(in, *answer ? parts[1] : parts[2]);
}

const Value* Evaluator::equality(const Expressions& in, const Node& node, bool wanted) {
  const auto parts = in.children_of(node);
  const auto* left = value(in, parts[0]);
  if (left == nullptr) return nullptr;
  const auto* right = value(in, parts[1]);
  return right == nullptr ? nullptr : truth((*left == *right) == wanted);
}

const Value* Evaluator::invert(const Value& operand) {
  const auto* truth_value = operand.boolean();
  return truth_value == nullptr ? fail_with(EvaluationError::WrongType) : truth(!*truth_value);
}

const Value* Evaluator::negate(const Value& operand) {
  static const Value zero(std::int64_t{0});
  return difference(zero, operand);
}

const Value* Evaluator::is_empty(const Value& operand) {
  const auto* items = operand.set();
  return items == nullptr ? fail_with(EvaluationError::WrongType) : truth(items->empty());
}

template <class Apply>
const Value* Evaluator::numbers(const Value& left, const Value& right, Apply apply) {
  const auto* a = left.number();
  const auto* b = right.number();
  if (a == nullptr || b == nullptr) return fail_with(EvaluationError::WrongType);
  return apply(*a, *b);
}

// Long, datetime and duration have an order; both sides must be of the same kind.
template <class Compare>
const Value* Evaluator::ordered(const Value& left, const Value& right, Compare compare) {
  if (left.number() != nullptr && right.number() != nullptr) {
    return truth(compare(*left.number(), *right.number()));
  }
  if (left.datetime() != nullptr && right.datetime() != nullptr) {
    return truth(compare(left.datetime()->ms, right.datetime()->ms));
  }
  if (left.duration() != nullptr && right.duration() != nullptr) {
    return truth(compare(left.duration()->ms, right.duration()->ms));
  }
  return fail_with(EvaluationError::WrongType);
}

const Value* Evaluator::less(const Value& left, const Value& right) {
  return ordered(left, right, std::less<>());
}

const Value* Evaluator::less_equal(const Value& left, const Value& right) {
  return ordered(left, right, std::less_equal<>());
}

const Value* Evaluator::greater(const Value& left, const Value& right) {
  return ordered(left, right, std::greater<>());
}

const Value* Evaluator::greater_equal(const Value& left, const Value& right) {
  return ordered(left, right, std::greater_equal<>());
}

const Value* Evaluator::sum(const Value& left, const Value& right) {
  return numbers(left, right, [this](auto a, auto b) {
    std::int64_t out = 0;
    const bool overflow = __builtin_add_overflow(a, b, &out);
    return overflow ? fail_with(EvaluationError::Overflow) : keep(Value(out));
  });
}

const Value* Evaluator::difference(const Value& left, const Value& right) {
  return numbers(left, right, [this](auto a, auto b) {
    std::int64_t out = 0;
    const bool overflow = __builtin_sub_overflow(a, b, &out);
    return overflow ? fail_with(EvaluationError::Overflow) : keep(Value(out));
  });
}

const Value* Evaluator::product(const Value& left, const Value& right) {
  return numbers(left, right, [this](auto a, auto b) {
    std::int64_t out = 0;
    const bool overflow = __builtin_mul_overflow(a, b, &out);
    return overflow ? fail_with(EvaluationError::Overflow) : keep(Value(out));
  });
}

// Every member of a set on the right must be an entity, even behind one that matches.
const Value* Evaluator::membership(const Value& member, const Value& groups) {
  const auto* who = member.entity();
  if (who == nullptr) return fail_with(EvaluationError::WrongType);
  const auto is_in = [&](const HashedUid& group) {
    return *who == group || look_up(*who).has_ancestor(group);
  };
  if (const auto* group = groups.entity()) return truth(is_in(*group));
  if (groups.set() == nullptr) return fail_with(EvaluationError::WrongType);
  bool found = false;
  for (const auto& item : groups.set()->items()) {
    const auto* group = item.entity();
    if (group == nullptr) return fail_with(EvaluationError::WrongType);
    found = found || is_in(*group);
  }
  return truth(found);
}

const Value* Evaluator::contains(const Value& left, const Value& right) {
  const auto* items = left.set();
  return items == nullptr ? fail_with(EvaluationError::WrongType) : truth(items->contains(right));
}

template <class Apply>
const Value* Evaluator::sets(const Value& left, const Value& right, Apply apply) {
  const auto* a = left.set();
  const auto* b = right.set();
  if (a == nullptr || b == nullptr) return fail_with(EvaluationError::WrongType);
  return truth(apply(*a, *b));
}

const Value* Evaluator::contains_all(const Value& left, const Value& right) {
  return sets(left, right, [](const Set& a, const Set& b) { return a.contains_all(b); });
}

const Value* Evaluator::contains_any(const Value& left, const Value& right) {
  return sets(left, right, [](const Set& a, const Set& b) { return a.contains_any(b); });
}

const Value* Evaluator::get_tag(const Value& owner, const Value& name) {
  if (owner.entity() == nullptr || name.text() == nullptr) {
    return fail_with(EvaluationError::WrongType);
  }
  const auto* entity = look_up(*owner.entity()).entity;
  if (entity == nullptr) return fail_with(EvaluationError::NoSuchEntity);
  const auto* found = entity->tags.find(*name.text());
  return found == nullptr ? fail_with(EvaluationError::NoSuchTag) : found;
}

const Value* Evaluator::has_tag(const Value& owner, const Value& name) {
  if (owner.entity() == nullptr || name.text() == nullptr) {
    return fail_with(EvaluationError::WrongType);
  }
  const auto* entity = look_up(*owner.entity()).entity;
  return truth(entity != nullptr && entity->tags.find(*name.text()) != nullptr);
}

const Value* Evaluator::get_attribute(const Expressions& in, const Node& node) {
  const auto child = in.children_of(node)[0];
  // Most attributes are context's, or an attribute's of it.
  const auto& of = in.nodes[child];
  const Value* owner = &context_;
  if (of.op == Op::GetAttribute) {
    owner = get_attribute(in, of);
  } else if (of.op != Op::Context) {
    owner = value(in, child);
  }
  if (owner == nullptr) return nullptr;
  const auto* fields = owner->record();
  if (const auto* uid = owner->entity()) {
    const auto* entity = look_up(*uid).entity;
    if (entity == nullptr) return fail_with(EvaluationError::NoSuchEntity);
    fields = &entity->attributes;
  }
  if (fields == nullptr) return fail_with(EvaluationError::WrongType);
  const auto* found = fields->find(in.names[node.operand], in.name_keys[node.operand]);
  return found == nullptr ? fail_with(EvaluationError::NoSuchAttribute) : found;
}

// `e has a.b` is `e has a && e.a has b`.
const Value* Evaluator::has_attribute(const Expressions& in, const Node& node) {
  const auto* holder = value(in, in.children_of(node)[0]);
  if (holder == nullptr) return nullptr;
  for (std::uint32_t i = 0; i < node.names; ++i) {
    const auto* fields = holder->record();
    if (const auto* uid = holder->entity()) {
      const auto* entity = look_up(*uid).entity;
      if (entity == nullptr) return truth(false);
      fields = &entity->attributes;
    }
    if (fields == nullptr) return fail_with(EvaluationError::WrongType);
    holder = fields->find(in.names[node.operand + i], in.name_keys[node.operand + i]);
    if (holder == nullptr) return truth(false);
  }
  return truth(true);
}

const Value* Evaluator::like(const Expressions& in, const Node& node) {
  const auto* operand = value(in, in.children_of(node)[0]);
  if (operand == nullptr) return nullptr;
  if (operand->text() == nullptr) return fail_with(EvaluationError::WrongType);
  return truth(matches(in.patterns[node.operand], *operand->text()));
}

// `e is T in g` is `e is T && e in g`.
const Value* Evaluator::is(const Expressions& in, const Node& node) {
  const auto parts = in.children_of(node);
  const auto* who = value(in, parts[0]);
  if (who == nullptr) return nullptr;
  if (who->entity() == nullptr) return fail_with(EvaluationError::WrongType);
  if (who->entity()->uid.type != in.names[node.operand]) return truth(false);
  if (parts.size() == 1) return truth(true);
  const auto* groups = value(in, parts[1]);
  return groups == nullptr ? nullptr : membership(*who, *groups);
}

const Value* Evaluator::set(const Expressions& in, const Node& node) {
  if (node.constant > 0) return &in.literals[node.constant - 1];
  std::vector<Value> items;
  items.reserve(node.count);
  for (const auto part : in.children_of(node)) {
    const auto* item = value(in, part);
    if (item == nullptr) return nullptr;
    items.push_back(*item);
  }
  return keep(Value(Set(std::move(items))));
}

const Value* Evaluator::record(const Expressions& in, const Node& node) {
  if (node.constant > 0) return &in.literals[node.constant - 1];
  std::vector<Attribute> fields;
  fields.reserve(node.count);
  for (const auto part : in.children_of(node)) {
    const auto* field = value(in, part);
    if (field == nullptr) return nullptr;
    fields.push_back({in.names[node.operand + fields.size()], *field});
  }
  auto made = Record::make(std::move(fields));
  return made ? keep(Value(std::move(*made))) : fail_with(EvaluationError::WrongType);
}

const Value* Evaluator::call(const Expressions& in, const Node& node) {
  if (node.constant > 0) return &in.literals[node.constant - 1];
  std::array<const Value*, 2> arguments{};
  std::size_t count = 0;
  for (const auto part : in.children_of(node)) {
    const auto* argument = value(in, part);
    if (argument == nullptr) return nullptr;
    if (count < arguments.size()) arguments.at(count) = argument;
    ++count;
  }
  if (count == 0 || count > arguments.size()) return fail_with(EvaluationError::WrongArguments);
  auto answer =
      policy::call(static_cast<Function>(node.operand), std::span(arguments).first(count));
  if (answer) return keep(std::move(*answer));
  switch (answer.error()) {
    case CallError::WrongArguments: return fail_with(EvaluationError::WrongArguments);
    case CallError::WrongType: return fail_with(EvaluationError::WrongType);
    case CallError::NoSuchValue: return fail_with(EvaluationError::NoSuchValue);
  }
  return fail_with(EvaluationError::WrongType);
}

// Policies ask for the same few entities again and again; a uid lives as long as the evaluator.
const Entities::Known& Evaluator::look_up(const HashedUid& uid) {
  if (&uid == principal_.entity()) return of_principal_;
  if (&uid == resource_.entity()) return of_resource_;
  if (&uid != last_uid_) {
    last_uid_ = &uid;
    of_last_ = entities_.look_up(uid);
  }
  return of_last_;
}

const Value* Evaluator::keep(Value value) {
  made_.push_front(std::move(value));
  return &made_.front();
}

const Value* Evaluator::fail_with(EvaluationError error) {
  error_ = error;
  return nullptr;
}

}  // namespace hub::policy
