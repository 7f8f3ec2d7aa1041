#include "policy/cedar/expression_identity.h"

#include <algorithm>
#include <utility>

namespace hub::policy {
namespace {

// The key of an operator and what it is applied to. Numbers end with a comma, so that no key is
// the beginning of another by chance.
std::string key_of(char sign, std::initializer_list<ExpressionNumber> parts) {
  std::string out(1, sign);
  for (const auto part : parts) out += std::to_string(part) + ",";
  return out;
}

char sign_of(Op op) { return static_cast<char>('A' + static_cast<char>(op)); }

}  // namespace

ExpressionIdentity::ExpressionIdentity(const Expressions& in) : in_(in) {
  numbers_.reserve(in.nodes.size());
  for (const auto& node : in.nodes) numbers_.push_back(number(node));
}

ExpressionNumber ExpressionIdentity::attribute_of(ExpressionNumber object, std::string_view name) {
  return intern(key_of(sign_of(Op::GetAttribute), {object}) + std::string(name));
}

ExpressionNumber ExpressionIdentity::tag_of(ExpressionNumber object, ExpressionNumber name) {
  return intern(key_of(sign_of(Op::GetTag), {object, name}));
}

ExpressionNumber ExpressionIdentity::number(const Node& node) {
  const auto sign = sign_of(node.op);
  switch (node.op) {
    case Op::Literal: {
      const auto& value = in_.literals[node.operand];
      return intern(sign + to_text(value));
    }
    case Op::And:
    case Op::Or: return chain(node, sign);
    case Op::NotEqual: return inverse(pair(sign_of(Op::Equal), node));
    case Op::Greater: return inverse(pair(sign_of(Op::LessEqual), node));
    case Op::GreaterEqual: return inverse(pair(sign_of(Op::Less), node));
    case Op::GetAttribute: return attribute_of(child(node, 0), in_.names[node.operand]);
    case Op::GetTag: return tag_of(child(node, 0), child(node, 1));
    case Op::HasAttribute: return has(node);
    case Op::Is: return is(node);
    case Op::Record: return record(node);
    case Op::Like: {
      auto key = key_of(sign, {child(node, 0)});
      for (const auto& text : in_.patterns[node.operand]) {
        key += std::to_string(text.size()) + ":" + text;
      }
      return intern(std::move(key));
    }
    case Op::Principal:
    case Op::Action:
    case Op::Resource:
    case Op::Context:
    case Op::If:
    case Op::Not:
    case Op::Negate:
    case Op::Equal:
    case Op::Less:
    case Op::LessEqual:
    case Op::In:
    case Op::Add:
    case Op::Subtract:
    case Op::Multiply:
    case Op::HasTag:
    case Op::Contains:
    case Op::ContainsAll:
    case Op::ContainsAny:
    case Op::IsEmpty:
    case Op::Set:
    case Op::Call: break;
  }
  auto key = key_of(sign, {node.op == Op::Call ? node.operand : 0});
  for (const auto part : in_.children_of(node)) key += std::to_string(numbers_[part]) + ",";
  return intern(std::move(key));
}

ExpressionNumber ExpressionIdentity::chain(const Node& node, char sign) {
  auto out = child(node, 0);
  for (std::size_t i = 1; i < node.count; ++i) out = intern(key_of(sign, {out, child(node, i)}));
  return out;
}

// e has a.b is e has a && e.a has b.
ExpressionNumber ExpressionIdentity::has(const Node& node) {
  auto object = child(node, 0);
  ExpressionNumber out = 0;
  for (std::uint32_t i = 0; i < node.names; ++i) {
    const auto& name = in_.names[node.operand + i];
    const auto one = intern(key_of(sign_of(Op::HasAttribute), {object}) + name);
    out = i == 0 ? one : intern(key_of(sign_of(Op::And), {out, one}));
    object = attribute_of(object, name);
  }
  return out;
}

ExpressionNumber ExpressionIdentity::is(const Node& node) {
  const auto value = child(node, 0);
  const auto plain = intern(key_of(sign_of(Op::Is), {value}) + in_.names[node.operand]);
  if (node.count < 2) return plain;
  const auto in = intern(key_of(sign_of(Op::In), {0, value, child(node, 1)}));
  return intern(key_of(sign_of(Op::And), {plain, in}));
}

ExpressionNumber ExpressionIdentity::record(const Node& node) {
  std::vector<std::pair<std::string_view, ExpressionNumber>> parts;
  parts.reserve(node.count);
  for (std::uint32_t i = 0; i < node.count; ++i) {
    parts.emplace_back(in_.names[node.operand + i], child(node, i));
  }
  std::ranges::sort(parts);
  auto key = key_of(sign_of(Op::Record), {});
  for (const auto& [name, value] : parts) {
    key += std::to_string(name.size()) + ":" + std::string(name) + std::to_string(value) + ",";
  }
  return intern(std::move(key));
}

ExpressionNumber ExpressionIdentity::inverse(ExpressionNumber of) {
  return intern(key_of(sign_of(Op::Not), {0, of}));
}

ExpressionNumber ExpressionIdentity::pair(char sign, const Node& node) {
  return intern(key_of(sign, {0, child(node, 0), child(node, 1)}));
}

ExpressionNumber ExpressionIdentity::child(const Node& node, std::size_t index) const {
  return numbers_[in_.children_of(node)[index]];
}

ExpressionNumber ExpressionIdentity::intern(std::string key) {
  const auto next = static_cast<ExpressionNumber>(known_.size());
  return known_.try_emplace(std::move(key), next).first->second;
}

}  // namespace hub::policy
