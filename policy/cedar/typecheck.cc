#include "policy/cedar/typecheck.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hub::policy {
namespace {

// Into the larger of the two.
Capabilities united(Capabilities left, Capabilities right) {
  if (left.size() < right.size()) std::swap(left, right);
  left.merge(right);
  return left;
}

Capabilities shared(const Capabilities& left, const Capabilities& right) {
  Capabilities out;
  std::ranges::set_intersection(left, right, std::inserter(out, out.end()));
  return out;
}

}  // namespace

bool KnownCapabilities::contains(ExpressionNumber access) const {
  for (const auto* scope = this; scope != nullptr; scope = scope->outer) {
    if (scope->own.contains(access)) return true;
  }
  return false;
}

TypeChecker::TypeChecker(const Schema& schema, const Policy& policy, ExpressionIdentity& identity,
                         FindingList& findings, Effort& effort, RequestEnvironment environment)
    : schema_(schema),
      policy_(policy),
      in_(policy.expressions),
      identity_(identity),
      findings_(findings),
      effort_(effort),
      environment_(std::move(environment)),
      action_(Type::entity(environment_.action->uid.type)) {}

Truth TypeChecker::conditions() {
  Known known;
  auto out = Truth::True;
  for (const auto& one : policy_.conditions) {
    const auto before = findings_.reports();
    auto answer = condition(one.body, known);
    const auto truth = one.unless ? opposite(answer.type.truth) : answer.type.truth;
    if (truth == Truth::False) return truth;
    if (truth == Truth::Open) out = truth;
    if (!one.unless && findings_.reports() == before) known.own.merge(answer.gained);
  }
  return out;
}

TypeChecker::Answer TypeChecker::check(NodeId id, const Known& known) {
  if (!effort_.take()) return {};
  const auto& node = in_.nodes[id];
  switch (node.op) {
    case Op::Literal: return {literal(node), {}};
    case Op::Principal: return {{environment_.principal, Truth::Open, nullptr}, {}};
    case Op::Action: return {{action_, Truth::Open, nullptr}, {}};
    case Op::Resource: return {{environment_.resource, Truth::Open, nullptr}, {}};
    case Op::Context: return {{environment_.context, Truth::Open, nullptr}, {}};
    case Op::If: return conditional(node, known);
    case Op::And: return conjunction(node, known);
    case Op::Or: return disjunction(node, known);
    case Op::Not: return {boolean(opposite(condition(child(node, 0), known).type.truth)), {}};
    case Op::Negate:
      static_cast<void>(expect(child(node, 0), known, Type::Kind::Long));
      return {simple(Type::Kind::Long), {}};
    case Op::Equal: return {equality(node, known), {}};
    case Op::NotEqual: return {boolean(opposite(equality(node, known).truth)), {}};
    case Op::Less:
    case Op::LessEqual:
    case Op::Greater:
    case Op::GreaterEqual: return {order(node, known), {}};
    case Op::In: return {membership(node, known), {}};
    case Op::Add:
    case Op::Subtract:
    case Op::Multiply: return {arithmetic(node, known), {}};
    case Op::GetAttribute: return {get_attribute(node, known), {}};
    case Op::HasAttribute: return has_attribute(node, known);
    case Op::GetTag: return {get_tag(node, known), {}};
    case Op::HasTag: return has_tag(node, known);
    case Op::Contains: return {contains(node, known), {}};
    case Op::ContainsAll:
    case Op::ContainsAny: return {contains_many(node, known), {}};
    case Op::IsEmpty:
      static_cast<void>(expect(child(node, 0), known, Type::Kind::Set));
      return {boolean(Truth::Open), {}};
    case Op::Like:
      static_cast<void>(expect(child(node, 0), known, Type::Kind::String));
      return {boolean(Truth::Open), {}};
    case Op::Is: return {is(node, known), {}};
    case Op::Set: return {set(node, known), {}};
    case Op::Record: return {record(node, known), {}};
    case Op::Call: return {call(node, known), {}};
  }
  return {};
}

Inferred TypeChecker::expect(NodeId id, const Known& known, Type::Kind kind,
                             std::string_view hint) {
  auto found = type_of(id, known);
  if (!found.known() || found.is(kind)) return found;
  unexpected(id, with_article(kind), found, hint);
  return {};
}

TypeChecker::Answer TypeChecker::condition(NodeId id, const Known& known) {
  auto answer = check(id, known);
  if (!answer.type.known() || answer.type.is(Type::Kind::Bool)) return answer;
  unexpected(id, with_article(Type::Kind::Bool), answer.type);
  return {};
}

TypeChecker::Answer TypeChecker::conjunction(const Node& node, const Known& known) {
  Known reached{&known, {}};
  auto truth = Truth::True;
  bool failed = false;
  for (const auto part : in_.children_of(node)) {
    const auto before = findings_.reports();
    auto answer = condition(part, reached);
    if (answer.type.truth == Truth::False) return {boolean(Truth::False), {}};
    if (answer.type.truth == Truth::Open) truth = Truth::Open;
    failed = failed || findings_.reports() != before;
    if (failed) {
      reached.own.clear();
    } else {
      reached.own = united(std::move(reached.own), std::move(answer.gained));
    }
  }
  return {boolean(truth), std::move(reached.own)};
}

TypeChecker::Answer TypeChecker::disjunction(const Node& node, const Known& known) {
  auto truth = Truth::False;
  Capabilities gained;
  for (const auto part : in_.children_of(node)) {
    const auto before = findings_.reports();
    auto answer = condition(part, known);
    if (answer.type.truth == Truth::True) return {boolean(Truth::True), {}};
    if (findings_.reports() != before) answer.gained.clear();
    if (answer.type.truth == Truth::False) continue;
    static_cast<void>(effort_.take(std::min(gained.size(), answer.gained.size())));
    gained = truth == Truth::False ? std::move(answer.gained) : shared(gained, answer.gained);
    truth = Truth::Open;
  }
  return {boolean(truth), std::move(gained)};
}

TypeChecker::Answer TypeChecker::conditional(const Node& node, const Known& known) {
  const auto before = findings_.reports();
  auto tested = condition(child(node, 0), known);
  if (tested.type.truth == Truth::False) return check(child(node, 2), known);
  Known inside{&known, {}};
  if (findings_.reports() == before) inside.own = std::move(tested.gained);
  auto then = check(child(node, 1), inside);
  then.gained = united(std::move(then.gained), std::move(inside.own));
  if (tested.type.truth == Truth::True) return then;
  return either(node, then, check(child(node, 2), known));
}

TypeChecker::Answer TypeChecker::either(const Node& node, const Answer& then,
                                        const Answer& otherwise) {
  if (!then.type.known() || !otherwise.type.known()) return {};
  if (!same_type(*then.type.type, *otherwise.type.type, effort_)) {
    incompatible(node, then.type, otherwise.type, "`then` and `else` must give the same type");
    return {};
  }
  static_cast<void>(effort_.take(std::min(then.gained.size(), otherwise.gained.size())));
  return {common(then.type, otherwise.type, effort_), shared(then.gained, otherwise.gained)};
}

// Two literals are equal or not, whatever their types; entities of different types never are.
Inferred TypeChecker::equality(const Node& node, const Known& known) {
  const auto left_id = child(node, 0);
  const auto right_id = child(node, 1);
  const auto left = type_of(left_id, known);
  const auto right = type_of(right_id, known);
  const auto* left_uid = entity_literal(left_id);
  const auto* right_uid = entity_literal(right_id);
  if (left_uid != nullptr && right_uid != nullptr) {
    return boolean(*left_uid == *right_uid ? Truth::True : Truth::False);
  }
  const auto& left_node = node_at(left_id);
  const auto& right_node = node_at(right_id);
  if (left_node.op == Op::Literal && right_node.op == Op::Literal) {
    const bool equal = in_.literals[left_node.operand] == in_.literals[right_node.operand];
    return boolean(equal ? Truth::True : Truth::False);
  }
  if (!left.known() || !right.known()) return boolean(Truth::Open);
  if (same_type(*left.type, *right.type, effort_)) return boolean(Truth::Open);
  if (left.is(Type::Kind::Entity) && right.is(Type::Kind::Entity)) return boolean(Truth::False);
  incompatible(node, left, right, "both sides must be of the same type");
  return boolean(Truth::Open);
}

Inferred TypeChecker::literal(const Node& node) {
  const auto& value = in_.literals[node.operand];
  if (const auto* held = value.boolean()) return boolean(*held ? Truth::True : Truth::False);
  if (value.number() != nullptr) return simple(Type::Kind::Long);
  if (value.text() != nullptr) return simple(Type::Kind::String);
  const auto* held = value.entity();
  if (held == nullptr) return {};
  // That it is not known has been said by the check of the names.
  const bool exists =
      schema_.entity_type(held->uid.type) != nullptr || schema_.action(held->uid) != nullptr;
  return exists ? Inferred{Type::entity(held->uid.type), Truth::Open, nullptr} : Inferred{};
}

const EntityUid* TypeChecker::entity_literal(NodeId id) const {
  const auto& node = in_.nodes[id];
  if (node.op == Op::Action) return &environment_.action->uid;
  if (node.op != Op::Literal) return nullptr;
  const auto* held = in_.literals[node.operand].entity();
  return held == nullptr ? nullptr : &held->uid;
}

void TypeChecker::note(FindingKind kind, Span span, std::string what, std::string hint) {
  findings_.add(kind, span, std::move(what), std::move(hint));
}

void TypeChecker::unexpected(NodeId id, std::string_view expected, const Inferred& found,
                             std::string_view hint) {
  note(FindingKind::UnexpectedType, in_.nodes[id].span,
       "expected " + std::string(expected) + ", found " + to_text(*found.type), std::string(hint));
}

void TypeChecker::incompatible(const Node& node, const Inferred& left, const Inferred& right,
                               std::string_view which) {
  if (effort_.spent()) return;
  auto hint = std::string(which);
  if (left.is(Type::Kind::Record) && right.is(Type::Kind::Record)) {
    hint += ": records of one type have the same attributes, each optional in both or in neither";
  }
  note(FindingKind::IncompatibleTypes, node.span,
       "the types " + to_text(*left.type) + " and " + to_text(*right.type) + " do not go together",
       std::move(hint));
}

NodeId TypeChecker::child(const Node& node, std::size_t index) const {
  return in_.children_of(node)[index];
}

std::string TypeChecker::written(NodeId id) const {
  constexpr std::size_t most = 200;  // more is not shown
  return std::string(policy_.written(in_.nodes[id].span).substr(0, most));
}

}  // namespace hub::policy
