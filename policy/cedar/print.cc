#include "policy/cedar/print.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/cedar/extension.h"
#include "policy/cedar/names.h"

namespace hub::policy {
namespace {

// How tightly an expression holds together, as the grammar has it, loosest first.
enum class Binding : std::uint8_t { Whole, Or, And, Relation, Sum, Product, Unary, Member };

constexpr std::size_t kMostSigns = 4;  // in a row

std::string as_literal(std::string_view text) { return to_text(Value(text)); }

std::string as_literal(const Pattern& pattern) {
  std::string out = "\"";
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (i > 0) out += '*';
    const auto text = as_literal(pattern[i]);
    for (const char c : std::string_view(text).substr(1, text.size() - 2)) {
      if (c == '*') out += '\\';
      out += c;
    }
  }
  return out + "\"";
}

struct Infix {
  std::string_view sign;
  Binding binding;
  Binding left;
  Binding right;
};

// Of the operators with a sign between two operands, or between many.
std::optional<Infix> infix(Op op) {
  using enum Binding;
  constexpr std::array<std::pair<Op, Infix>, 12> signs{{
      {Op::Or, {" || ", Or, And, And}},
      {Op::And, {" && ", And, Relation, Relation}},
      {Op::Equal, {" == ", Relation, Sum, Sum}},
      {Op::NotEqual, {" != ", Relation, Sum, Sum}},
      {Op::Less, {" < ", Relation, Sum, Sum}},
      {Op::LessEqual, {" <= ", Relation, Sum, Sum}},
      {Op::Greater, {" > ", Relation, Sum, Sum}},
      {Op::GreaterEqual, {" >= ", Relation, Sum, Sum}},
      {Op::In, {" in ", Relation, Sum, Sum}},
      {Op::Add, {" + ", Sum, Sum, Product}},
      {Op::Subtract, {" - ", Sum, Sum, Product}},
      {Op::Multiply, {" * ", Product, Product, Unary}},
  }};
  const auto* found = std::ranges::find(signs, op, &std::pair<Op, Infix>::first);
  return found == signs.end() ? std::nullopt : std::optional(found->second);
}

// Writes behind what is there, and notes where each node stands. Recursive: as deep as the
// expression, which both readers bound.
class ExpressionPrinter {
 public:
  // All must outlive the printer; the spans are as many as the nodes, or null.
  ExpressionPrinter(const Expressions& in, std::string& out, std::vector<Span>* spans)
      : in_(in), out_(out), spans_(spans) {}

  void print(NodeId id, Binding least) {
    const auto& node = in_.nodes[id];
    const bool loose = binding(node) < least;
    if (loose) out_ += '(';
    const auto begin = out_.size();
    write(node);
    if (spans_ != nullptr) (*spans_)[id] = {where(begin), where(out_.size())};
    if (loose) out_ += ')';
  }

 private:
  static std::uint32_t where(std::size_t at) { return static_cast<std::uint32_t>(at); }

  [[nodiscard]] bool is_number(const Node& node, bool negative) const {
    if (node.op != Op::Literal) return false;
    const auto* number = in_.literals[node.operand].number();
    return number != nullptr && (*number < 0) == negative;
  }

  [[nodiscard]] Binding binding(const Node& node) const {
    if (const auto sign = infix(node.op)) return sign->binding;
    if (node.op == Op::If) return Binding::Whole;
    if (node.op == Op::HasAttribute || node.op == Op::Like || node.op == Op::Is) {
      return Binding::Relation;
    }
    const bool signed_one = node.op == Op::Not || node.op == Op::Negate || is_number(node, true);
    return signed_one ? Binding::Unary : Binding::Member;
  }

  void write(const Node& node) {
    switch (node.op) {
      case Op::Literal: out_ += to_text(in_.literals[node.operand]); return;
      case Op::Principal: out_ += "principal"; return;
      case Op::Action: out_ += "action"; return;
      case Op::Resource: out_ += "resource"; return;
      case Op::Context: out_ += "context"; return;
      case Op::If: return conditional(node);
      case Op::Not: return signs(node, '!');
      case Op::Negate: return signs(node, '-');
      case Op::And:
      case Op::Or:
      case Op::Equal:
      case Op::NotEqual:
      case Op::Less:
      case Op::LessEqual:
      case Op::Greater:
      case Op::GreaterEqual:
      case Op::In:
      case Op::Add:
      case Op::Subtract:
      case Op::Multiply: return chain(node);
      case Op::GetAttribute: return attribute(node);
      case Op::HasAttribute: return has(node);
      case Op::GetTag: return call(node, "getTag", true);
      case Op::HasTag: return call(node, "hasTag", true);
      case Op::Contains: return call(node, "contains", true);
      case Op::ContainsAll: return call(node, "containsAll", true);
      case Op::ContainsAny: return call(node, "containsAny", true);
      case Op::IsEmpty: return call(node, "isEmpty", true);
      case Op::Like: return like(node);
      case Op::Is: return is(node);
      case Op::Set: return set(node);
      case Op::Record: return record(node);
      case Op::Call: return extension(node);
    }
  }

  [[nodiscard]] NodeId child(const Node& node, std::size_t index) const {
    return in_.children_of(node)[index];
  }

  void chain(const Node& node) {
    const auto sign = infix(node.op);
    if (!sign) return;
    print(child(node, 0), sign->left);
    for (const auto part : in_.children_of(node).subspan(1)) {
      out_ += sign->sign;
      print(part, sign->right);
    }
  }

  void conditional(const Node& node) {
    out_ += "if ";
    print(child(node, 0), Binding::Whole);
    out_ += " then ";
    print(child(node, 1), Binding::Whole);
    out_ += " else ";
    print(child(node, 2), Binding::Whole);
  }

  // The operand of a sign is a member, or behind fewer than four of the same sign another of it.
  // A minus right before digits would become part of the number.
  void signs(const Node& node, char sign) {
    out_ += sign;
    ++signs_;
    const auto operand = child(node, 0);
    const auto& behind = in_.nodes[operand];
    const bool another = behind.op == node.op || (sign == '-' && is_number(behind, true));
    if (another && signs_ < kMostSigns) {
      print(operand, Binding::Unary);
      signs_ = 0;
      return;
    }
    signs_ = 0;
    const bool digits = sign == '-' && is_number(behind, false);
    if (digits) out_ += '(';
    print(operand, Binding::Member);
    if (digits) out_ += ')';
  }

  void attribute(const Node& node) {
    print(child(node, 0), Binding::Member);
    const auto& name = in_.names[node.operand];
    out_ += is_plain_name(name) ? "." + name : "[" + as_literal(name) + "]";
  }

  void has(const Node& node) {
    print(child(node, 0), Binding::Sum);
    out_ += " has ";
    for (std::uint32_t i = 0; i < node.names; ++i) {
      const auto& name = in_.names[node.operand + i];
      if (i > 0) out_ += '.';
      out_ += is_plain_name(name) ? name : as_literal(name);
    }
  }

  void like(const Node& node) {
    print(child(node, 0), Binding::Sum);
    out_ += " like " + as_literal(in_.patterns[node.operand]);
  }

  void is(const Node& node) {
    print(child(node, 0), Binding::Sum);
    out_ += " is " + in_.names[node.operand];
    if (node.count < 2) return;
    out_ += " in ";
    print(child(node, 1), Binding::Sum);
  }

  void list(std::span<const NodeId> parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (i > 0) out_ += ", ";
      print(parts[i], Binding::Whole);
    }
  }

  void set(const Node& node) {
    out_ += '[';
    list(in_.children_of(node));
    out_ += ']';
  }

  void record(const Node& node) {
    out_ += '{';
    for (std::uint32_t i = 0; i < node.count; ++i) {
      const auto& name = in_.names[node.operand + i];
      if (i > 0) out_ += ", ";
      out_ += (is_plain_name(name) ? name : as_literal(name)) + ": ";
      print(child(node, i), Binding::Whole);
    }
    out_ += '}';
  }

  void extension(const Node& node) {
    const auto& facts = facts_of(static_cast<Function>(node.operand));
    call(node, facts.name, !facts.is_constructor);
  }

  void call(const Node& node, std::string_view name, bool first_before_dot) {
    auto arguments = in_.children_of(node);
    if (first_before_dot && !arguments.empty()) {
      print(arguments.front(), Binding::Member);
      out_ += '.';
      arguments = arguments.subspan(1);
    }
    out_ += name;
    out_ += '(';
    list(arguments);
    out_ += ')';
  }

  const Expressions& in_;
  std::string& out_;
  std::vector<Span>* spans_;
  std::size_t signs_ = 0;  // written right before, of one kind
};

class PolicyPrinter {
 public:
  explicit PolicyPrinter(const Policy& policy)
      : policy_(policy), spans_(policy.expressions.nodes.size()) {}

  void run() {
    for (const auto& annotation : policy_.annotations) {
      out_ += "@" + annotation.name;
      if (!annotation.value.empty()) out_ += "(" + as_literal(annotation.value) + ")";
      out_ += '\n';
    }
    out_ += policy_.effect == Effect::Permit ? "permit (" : "forbid (";
    principal_ = scope(policy_.principal, "principal");
    out_ += ", ";
    action();
    out_ += ", ";
    resource_ = scope(policy_.resource, "resource");
    out_ += ')';
    ExpressionPrinter expressions(policy_.expressions, out_, &spans_);
    for (const auto& condition : policy_.conditions) {
      out_ += condition.unless ? "\nunless { " : "\nwhen { ";
      expressions.print(condition.body, Binding::Whole);
      out_ += " }";
    }
    out_ += ';';
  }

  [[nodiscard]] std::string text() && { return std::move(out_); }

  void give(Policy& policy) && {
    for (std::size_t i = 0; i < spans_.size(); ++i) policy.expressions.nodes[i].span = spans_[i];
    policy.principal.span = principal_;
    policy.resource.span = resource_;
    policy.span = {0, static_cast<std::uint32_t>(out_.size())};
    policy.source = std::make_shared<const std::string>(std::move(out_));
  }

 private:
  Span scope(const Scope& scope, std::string_view variable) {
    const auto begin = static_cast<std::uint32_t>(out_.size());
    out_ += variable;
    const auto entity = [&] {
      return scope.slot ? "?" + std::string(variable) : to_text(scope.entity);
    };
    switch (scope.kind) {
      case Scope::Kind::Any: break;
      case Scope::Kind::Equal: out_ += " == " + entity(); break;
      case Scope::Kind::In: out_ += " in " + entity(); break;
      case Scope::Kind::Is: out_ += " is " + scope.type; break;
      case Scope::Kind::IsIn: out_ += " is " + scope.type + " in " + entity(); break;
    }
    return {begin, static_cast<std::uint32_t>(out_.size())};
  }

  void action() {
    const auto& actions = policy_.action.actions;
    out_ += "action";
    switch (policy_.action.kind) {
      case ActionScope::Kind::Any: return;
      case ActionScope::Kind::Equal: out_ += " == " + to_text(actions.front()); return;
      case ActionScope::Kind::In: out_ += " in " + to_text(actions.front()); return;
      case ActionScope::Kind::InAny: break;
    }
    out_ += " in [";
    for (std::size_t i = 0; i < actions.size(); ++i) {
      out_ += (i > 0 ? ", " : "") + to_text(actions[i]);
    }
    out_ += ']';
  }

  const Policy& policy_;
  std::string out_;
  std::vector<Span> spans_;
  Span principal_;
  Span resource_;
};

}  // namespace

std::string to_text(const Policy& policy) {
  PolicyPrinter printer(policy);
  printer.run();
  return std::move(printer).text();
}

std::string to_text(const Expressions& expressions, NodeId node) {
  std::string out;
  ExpressionPrinter(expressions, out, nullptr).print(node, Binding::Whole);
  return out;
}

void write_source(Policy& policy) {
  PolicyPrinter printer(policy);
  printer.run();
  std::move(printer).give(policy);
}

}  // namespace hub::policy
