#include "policy/cedar/expression.h"

#include <utility>

namespace hub::policy {

// Leftmost places for the texts between the stars; greedy is right because a later place for one
// of them never helps the next.
bool matches(const Pattern& pattern, std::string_view text) {
  if (pattern.size() < 2) return pattern.empty() ? text.empty() : text == pattern.front();
  const std::string_view head = pattern.front();
  const std::string_view tail = pattern.back();
  if (text.size() < head.size() + tail.size()) return false;
  if (!text.starts_with(head) || !text.ends_with(tail)) return false;
  auto rest = text.substr(head.size(), text.size() - head.size() - tail.size());
  for (std::size_t i = 1; i + 1 < pattern.size(); ++i) {
    const auto at = rest.find(pattern[i]);
    if (at == std::string_view::npos) return false;
    rest.remove_prefix(at + pattern[i].size());
  }
  return true;
}

const Value* Expressions::constant(NodeId id) const {
  const auto& node = nodes[id];
  if (node.op == Op::Literal) return &literals[node.operand];
  return node.constant > 0 ? &literals[node.constant - 1] : nullptr;
}

NodeId Expressions::add(Node node, std::span<const NodeId> parts) {
  node.first = static_cast<std::uint32_t>(children.size());
  node.count = static_cast<std::uint32_t>(parts.size());
  children.insert(children.end(), parts.begin(), parts.end());
  nodes.push_back(node);
  return static_cast<NodeId>(nodes.size() - 1);
}

std::uint32_t Expressions::add_name(std::string name) {
  name_keys.emplace_back(name);
  names.push_back(std::move(name));
  return static_cast<std::uint32_t>(names.size() - 1);
}

Node Expressions::set_of(std::span<const NodeId> items) {
  Node node;
  node.op = Op::Set;
  std::vector<Value> values;
  for (const auto item : items) {
    if (const auto* value = constant(item)) values.push_back(*value);
  }
  if (values.size() == items.size()) {
    literals.emplace_back(Set(std::move(values)));
    node.constant = static_cast<std::uint32_t>(literals.size());
  }
  return node;
}

Node Expressions::record_of(std::vector<std::string> keys, std::span<const NodeId> values) {
  Node node;
  node.op = Op::Record;
  node.operand = static_cast<std::uint32_t>(names.size());
  std::vector<Attribute> attributes;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (const auto* value = constant(values[i])) attributes.push_back({keys[i], *value});
    add_name(std::move(keys[i]));
  }
  if (attributes.size() < values.size()) return node;
  if (auto made = Record::make(std::move(attributes))) {
    literals.emplace_back(std::move(*made));
    node.constant = static_cast<std::uint32_t>(literals.size());
  }
  return node;
}

Node Expressions::call_of(Function function, std::span<const NodeId> arguments) {
  Node node;
  node.op = Op::Call;
  node.operand = static_cast<std::uint32_t>(function);
  // The values are copied: the list of literals grows below.
  std::vector<Value> values;
  for (const auto argument : arguments) {
    if (const auto* value = constant(argument)) values.push_back(*value);
  }
  if (values.empty() || values.size() < arguments.size()) return node;
  std::vector<const Value*> known;
  known.reserve(values.size());
  for (const auto& value : values) known.push_back(&value);
  if (auto made = call(function, known)) {
    literals.push_back(std::move(*made));
    node.constant = static_cast<std::uint32_t>(literals.size());
  }
  return node;
}

}  // namespace hub::policy
