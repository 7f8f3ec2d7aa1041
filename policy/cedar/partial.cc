#include "policy/cedar/partial.h"

#include <array>
#include <utility>
#include <vector>

namespace hub::policy {
namespace {

// The uid of an open resource is never looked at.
Request complete(const OpenRequest& open) {
  return {open.principal, open.action,
          open.resource ? *open.resource : EntityUid{open.resource_type, std::string()},
          open.context};
}

Node made(Op op, Span span) {
  Node out;
  out.op = op;
  out.span = span;
  return out;
}

NodeId add_literal(Expressions& to, Value value, Span span = {}) {
  auto node = made(Op::Literal, span);
  node.operand = static_cast<std::uint32_t>(to.literals.size());
  to.literals.push_back(std::move(value));
  return to.add(node, {});
}

NodeId add_named(Expressions& to, Op op, const std::string& name, std::span<const NodeId> parts,
                 Span span) {
  auto node = made(op, span);
  node.operand = to.add_name(name);
  node.names = 1;
  return to.add(node, parts);
}

// The node as it was written, with other children.
NodeId add_like(const Expressions& in, const Node& node, std::span<const NodeId> parts,
                Expressions& to) {
  auto copy = made(node.op, node.span);
  copy.operand = node.operand;
  copy.names = node.names;
  if (node.op == Op::Like) {
    copy.operand = static_cast<std::uint32_t>(to.patterns.size());
    to.patterns.push_back(in.patterns[node.operand]);
  } else if (node.op == Op::Record) {
    copy.operand = static_cast<std::uint32_t>(to.names.size());
    for (std::uint32_t i = 0; i < node.count; ++i) to.add_name(in.names[node.operand + i]);
  } else if (node.op == Op::GetAttribute || node.op == Op::Is) {
    copy.operand = to.add_name(in.names[node.operand]);
  }
  return to.add(copy, parts);
}

// What these give is a Bool, or an error.
bool gives_bool(Op op) {
  switch (op) {
    case Op::And:
    case Op::Or:
    case Op::Not:
    case Op::Equal:
    case Op::NotEqual:
    case Op::Less:
    case Op::LessEqual:
    case Op::Greater:
    case Op::GreaterEqual:
    case Op::In:
    case Op::HasAttribute:
    case Op::HasTag:
    case Op::Contains:
    case Op::ContainsAll:
    case Op::ContainsAny:
    case Op::IsEmpty:
    case Op::Like:
    case Op::Is: return true;
    case Op::Literal:
    case Op::Principal:
    case Op::Action:
    case Op::Resource:
    case Op::Context:
    case Op::If:
    case Op::Negate:
    case Op::Add:
    case Op::Subtract:
    case Op::Multiply:
    case Op::GetAttribute:
    case Op::GetTag:
    case Op::Set:
    case Op::Record:
    case Op::Call: return false;
  }
  return false;
}

}  // namespace

// Collects the parts of a && or || from left to right.
class PartialEvaluator::Chain {
 public:
  Chain(PartialEvaluator& owner, bool goes_on_while, Span span)
      : owner_(owner), goes_on_while_(goes_on_while), span_(span) {}

  // False when what follows is not looked at.
  bool take(const Part& part) {
    if (const auto* open = std::get_if<Open>(&part)) {
      open_.push_back(open->node);
      return true;
    }
    const auto* value = std::get_if<Value>(&part);
    const auto* truth = value == nullptr ? nullptr : value->boolean();
    if (truth != nullptr && *truth == goes_on_while_) return true;
    end_ = truth == nullptr ? Part(Erring()) : part;
    return false;
  }

  Part finish() && {
    if (open_.empty()) return end_ ? std::move(*end_) : Part(Value(goes_on_while_));
    if (end_) open_.push_back(owner_.node_of(*end_));
    auto& out = owner_.out_;
    if (open_.size() == 1) {
      if (gives_bool(out.nodes[open_.front()].op)) return Open{open_.front()};
      open_.insert(open_.begin(), add_literal(out, Value(goes_on_while_)));
    }
    return Open{out.add(made(goes_on_while_ ? Op::And : Op::Or, span_), open_)};
  }

 private:
  PartialEvaluator& owner_;
  bool goes_on_while_;
  Span span_;
  std::vector<NodeId> open_;
  std::optional<Part> end_;
};

// `!0` errs always.
bool is_error(const Expressions& in, NodeId id) {
  const auto& node = in.nodes[id];
  if (node.op != Op::Not) return false;
  const auto& operand = in.nodes[in.children_of(node)[0]];
  return operand.op == Op::Literal && in.literals[operand.operand].boolean() == nullptr;
}

PartialEvaluator::PartialEvaluator(const Entities& entities, const OpenRequest& request)
    : entities_(entities),
      request_(request),
      complete_(complete(request)),
      evaluator_(entities, complete_) {}

Partial PartialEvaluator::policy(const Policy& policy) {
  if (policy.is_template() || !evaluator_.principal_fits(policy.principal) ||
      !evaluator_.action_fits(policy.action)) {
    return {Partial::Kind::False, {}, 0};
  }
  out_ = {};
  Chain all(*this, true, policy.span);
  bool reached = all.take(resource_fits(policy.resource));
  for (const auto& condition : policy.conditions) {
    if (!reached) break;
    auto body = part(policy.expressions, condition.body);
    const auto span = policy.expressions.nodes[condition.body].span;
    reached = all.take(condition.unless ? inverted(std::move(body), span) : body);
  }
  return finish(std::move(all).finish());
}

Partial PartialEvaluator::condition(const Expressions& in, NodeId id) {
  out_ = {};
  Chain one(*this, true, in.nodes[id].span);
  one.take(part(in, id));
  return finish(std::move(one).finish());
}

Partial PartialEvaluator::finish(const Part& part) {
  if (const auto* open = std::get_if<Open>(&part)) {
    return {Partial::Kind::Open, std::move(out_), open->node};
  }
  const auto* value = std::get_if<Value>(&part);
  if (value == nullptr) return {};
  return {*value->boolean() ? Partial::Kind::True : Partial::Kind::False, {}, 0};
}

PartialEvaluator::Part PartialEvaluator::resource_fits(const Scope& scope) {
  if (request_.resource) return Value(evaluator_.resource_fits(scope));
  const bool names_type = scope.kind == Scope::Kind::Is || scope.kind == Scope::Kind::IsIn;
  if (names_type && scope.type != request_.resource_type) return Value(false);
  if (scope.kind == Scope::Kind::Any || scope.kind == Scope::Kind::Is) return Value(true);
  const std::array parts{out_.add(made(Op::Resource, scope.span), {}),
                         add_literal(out_, scope.entity, scope.span)};
  const auto op = scope.kind == Scope::Kind::Equal ? Op::Equal : Op::In;
  return Open{out_.add(made(op, scope.span), parts)};
}

PartialEvaluator::Part PartialEvaluator::part(const Expressions& in, NodeId id) {
  const auto& node = in.nodes[id];
  if (const auto* constant = in.constant(id)) return *constant;
  switch (node.op) {
    case Op::Literal: return in.literals[node.operand];
    case Op::Principal: return Value(request_.principal);
    case Op::Action: return Value(request_.action);
    case Op::Resource:
      if (request_.resource) return Value(*request_.resource);
      return Open{out_.add(made(Op::Resource, node.span), {})};
    case Op::Context:
      if (request_.open_context.empty()) return Value(request_.context);
      return Open{out_.add(made(Op::Context, node.span), {})};
    case Op::If: return conditional(in, node);
    case Op::And: return chain(in, node, true);
    case Op::Or: return chain(in, node, false);
    case Op::Not: return inverted(part(in, in.children_of(node)[0]), node.span);
    case Op::GetAttribute:
      return get_attribute(part(in, in.children_of(node)[0]), in.names[node.operand], node.span);
    case Op::HasAttribute: return has_path(in, node);
    case Op::Is: return is(in, node);
    case Op::Negate:
    case Op::Equal:
    case Op::NotEqual:
    case Op::Less:
    case Op::LessEqual:
    case Op::Greater:
    case Op::GreaterEqual:
    case Op::In:
    case Op::Add:
    case Op::Subtract:
    case Op::Multiply:
    case Op::GetTag:
    case Op::HasTag:
    case Op::Contains:
    case Op::ContainsAll:
    case Op::ContainsAny:
    case Op::IsEmpty:
    case Op::Like:
    case Op::Set:
    case Op::Record:
    case Op::Call: return strict(in, node);
  }
  return Erring();
}

PartialEvaluator::Part PartialEvaluator::inverted(Part operand, Span span) {
  if (const auto* open = std::get_if<Open>(&operand)) {
    return Open{out_.add(made(Op::Not, span), std::array{open->node})};
  }
  const auto* value = std::get_if<Value>(&operand);
  if (value == nullptr || value->boolean() == nullptr) return Erring();
  return Value(!*value->boolean());
}

PartialEvaluator::Part PartialEvaluator::conditional(const Expressions& in, const Node& node) {
  const auto parts = in.children_of(node);
  const auto condition = part(in, parts[0]);
  if (const auto* value = std::get_if<Value>(&condition)) {
    if (value->boolean() == nullptr) return Erring();
    return part(in, *value->boolean() ? parts[1] : parts[2]);
  }
  if (std::holds_alternative<Erring>(condition)) return Erring();
  const auto then = part(in, parts[1]);
  const auto otherwise = part(in, parts[2]);
  if (std::holds_alternative<Erring>(then) && std::holds_alternative<Erring>(otherwise)) {
    return Erring();
  }
  const std::array all{node_of(condition), node_of(then), node_of(otherwise)};
  return Open{out_.add(made(Op::If, node.span), all)};
}

PartialEvaluator::Part PartialEvaluator::chain(const Expressions& in, const Node& node,
                                               bool goes_on_while) {
  Chain out(*this, goes_on_while, node.span);
  for (const auto child : in.children_of(node)) {
    if (!out.take(part(in, child))) break;
  }
  return std::move(out).finish();
}

// All children are evaluated, and one that errs makes the whole err.
PartialEvaluator::Part PartialEvaluator::strict(const Expressions& in, const Node& node) {
  std::vector<Part> parts;
  parts.reserve(node.count);
  for (const auto child : in.children_of(node)) {
    parts.push_back(part(in, child));
    if (std::holds_alternative<Erring>(parts.back())) return Erring();
  }
  return applied(in, node, parts);
}

PartialEvaluator::Part PartialEvaluator::applied(const Expressions& in, const Node& node,
                                                 std::span<const Part> parts) {
  bool known = true;
  for (const auto& one : parts) known = known && std::holds_alternative<Value>(one);
  const bool looks_into_first = node.op == Op::In || node.op == Op::GetTag ||
                                node.op == Op::HasTag || node.op == Op::GetAttribute;
  if (known && looks_into_first) known = !may_be_resource(std::get<Value>(parts[0]));
  std::vector<NodeId> children;
  if (!known) {
    for (const auto& one : parts) children.push_back(node_of(one));
    return Open{add_like(in, node, children, out_)};
  }
  for (const auto& one : parts) children.push_back(add_literal(known_, std::get<Value>(one)));
  const auto* value = evaluator_.value(known_, add_like(in, node, children, known_));
  if (value == nullptr) return Erring();
  return *value;
}

PartialEvaluator::Part PartialEvaluator::get_attribute(const Part& owner, const std::string& name,
                                                       Span span) {
  if (std::holds_alternative<Erring>(owner)) return Erring();
  if (is_open_variable(owner, Op::Context) && !request_.open_context.contains(name)) {
    const auto* found = request_.context.find(name);
    return found == nullptr ? Part(Erring()) : Part(*found);
  }
  if (is_open_variable(owner, Op::Resource)) {
    const auto found = request_.resource_attributes.find(name);
    if (found != request_.resource_attributes.end()) return found->second;
  }
  Expressions named;
  auto node = made(Op::GetAttribute, span);
  node.operand = named.add_name(name);
  return applied(named, node, std::array{owner});
}

// One attribute: the paths of `has` are taken apart.
PartialEvaluator::Part PartialEvaluator::has_attribute(const Part& holder, const std::string& name,
                                                       Span span) {
  if (std::holds_alternative<Erring>(holder)) return Erring();
  if (is_open_variable(holder, Op::Context) && !request_.open_context.contains(name)) {
    return Value(request_.context.find(name) != nullptr);
  }
  if (is_open_variable(holder, Op::Resource) && request_.resource_attributes.contains(name)) {
    return Value(true);
  }
  const auto* value = std::get_if<Value>(&holder);
  if (value == nullptr || may_be_resource(*value)) {
    return Open{add_named(out_, Op::HasAttribute, name, std::array{node_of(holder)}, span)};
  }
  const std::array literal{add_literal(known_, *value)};
  const auto* found =
      evaluator_.value(known_, add_named(known_, Op::HasAttribute, name, literal, span));
  return found == nullptr ? Part(Erring()) : Part(*found);
}

// `e has a.b` is `e has a && e.a has b`.
PartialEvaluator::Part PartialEvaluator::has_path(const Expressions& in, const Node& node) {
  auto holder = part(in, in.children_of(node)[0]);
  Chain out(*this, true, node.span);
  for (std::uint32_t i = 0; i < node.names; ++i) {
    const auto& name = in.names[node.operand + i];
    if (!out.take(has_attribute(holder, name, node.span))) break;
    if (i + 1 < node.names) holder = get_attribute(holder, name, node.span);
  }
  return std::move(out).finish();
}

// `e is T in g` is `e is T && e in g`.
PartialEvaluator::Part PartialEvaluator::is(const Expressions& in, const Node& node) {
  const auto parts = in.children_of(node);
  const auto who = part(in, parts[0]);
  if (std::holds_alternative<Erring>(who)) return Erring();
  const auto& type = in.names[node.operand];
  Chain out(*this, true, node.span);
  bool reached = true;
  if (const auto* value = std::get_if<Value>(&who)) {
    if (value->entity() == nullptr) return Erring();
    reached = out.take(Value(value->entity()->uid.type == type));
  } else if (is_open_variable(who, Op::Resource)) {
    reached = out.take(Value(request_.resource_type == type));
  } else {
    out.take(Open{add_named(out_, Op::Is, type, std::array{node_of(who)}, node.span)});
  }
  if (!reached || parts.size() == 1) return std::move(out).finish();
  const auto groups = part(in, parts[1]);
  if (std::holds_alternative<Erring>(groups)) {
    out.take(Erring());
  } else {
    out.take(applied(in, made(Op::In, node.span), std::array{who, groups}));
  }
  return std::move(out).finish();
}

bool PartialEvaluator::is_open_variable(const Part& part, Op variable) const {
  const auto* open = std::get_if<Open>(&part);
  return open != nullptr && out_.nodes[open->node].op == variable;
}

bool PartialEvaluator::may_be_resource(const Value& value) const {
  const auto* uid = value.entity();
  return uid != nullptr && !request_.resource && uid->uid.type == request_.resource_type &&
         entities_.find(*uid) == nullptr;
}

NodeId PartialEvaluator::node_of(const Part& part) {
  if (const auto* open = std::get_if<Open>(&part)) return open->node;
  if (const auto* value = std::get_if<Value>(&part)) return add_literal(out_, *value);
  return erring_node();
}

NodeId PartialEvaluator::erring_node() {
  const std::array operand{add_literal(out_, Value(std::int64_t{0}))};
  return out_.add(made(Op::Not, {}), operand);
}

}  // namespace hub::policy
