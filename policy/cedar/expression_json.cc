#include "policy/cedar/expression_json.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "policy/cedar/extension.h"
#include "policy/cedar/names.h"
#include "policy/cedar/parse_error.h"
#include "policy/cedar/policy_set.h"
#include "policy/cedar/shown_text.h"

namespace hub::policy {
namespace {

using NamedOp = std::pair<std::string_view, Op>;

std::optional<Op> named_in(std::span<const NamedOp> list, std::string_view name) {
  const auto found = std::ranges::find(list, name, &NamedOp::first);
  return found == list.end() ? std::nullopt : std::optional(found->second);
}

// {"arg": ...}
constexpr std::array kOnOne{NamedOp{"!", Op::Not}, NamedOp{"neg", Op::Negate},
                            NamedOp{"isEmpty", Op::IsEmpty}};

// {"left": ..., "right": ...}
constexpr std::array kOnTwo{
    NamedOp{"==", Op::Equal},
    NamedOp{"!=", Op::NotEqual},
    NamedOp{"<", Op::Less},
    NamedOp{"<=", Op::LessEqual},
    NamedOp{">", Op::Greater},
    NamedOp{">=", Op::GreaterEqual},
    NamedOp{"in", Op::In},
    NamedOp{"+", Op::Add},
    NamedOp{"-", Op::Subtract},
    NamedOp{"*", Op::Multiply},
    NamedOp{"contains", Op::Contains},
    NamedOp{"containsAll", Op::ContainsAll},
    NamedOp{"containsAny", Op::ContainsAny},
    NamedOp{"getTag", Op::GetTag},
    NamedOp{"hasTag", Op::HasTag},
};

constexpr std::array kVariables{NamedOp{"principal", Op::Principal}, NamedOp{"action", Op::Action},
                                NamedOp{"resource", Op::Resource}, NamedOp{"context", Op::Context}};

}  // namespace

NodeId ExpressionReader::expression(const Json& json) {
  if (!place_.is_object(json)) return 0;
  if (json.size() != 1) {
    place_.mistake(
        json.empty() ? "the expression is empty" : "the expression has more than one key",
        "write one operator, as in {\"Var\": \"principal\"}");
    return 0;
  }
  const auto member = json.begin();
  const JsonPlace::Step step(place_, member.key());
  if (!enter()) return 0;
  const auto out = operation(member.key(), member.value());
  --nesting_;
  return out;
}

bool ExpressionReader::enter() {
  if (nesting_ >= kMaxPolicyDepth) {
    place_.mistake("the expression is nested too deeply", "at most 200 levels");
    return false;
  }
  ++nesting_;
  return true;
}

NodeId ExpressionReader::operation(const std::string& name, const Json& body) {
  if (name == "Value") return value_inside(body);
  if (name == "Var") return variable(body);
  if (name == "&&") return chain(Op::And, name, body);
  if (name == "||") return chain(Op::Or, name, body);
  if (const auto op = named_in(kOnTwo, name)) return two(*op, body);
  if (const auto op = named_in(kOnOne, name)) return one(*op, body);
  if (name == ".") return attribute(body);
  if (name == "has") return has(body);
  if (name == "like") return like(body);
  if (name == "is") return is(body);
  if (name == "if-then-else") return conditional(body);
  if (name == "Set") return set(body, &ExpressionReader::expression);
  if (name == "Record") return record(body, &ExpressionReader::expression);
  if (name == "Slot") {
    place_.mistake("a template slot stands in a condition",
                   "slots belong into the head of the policy");
    return 0;
  }
  return call(name, body);
}

NodeId ExpressionReader::side(const Json& body, std::string_view key) {
  const auto* held = place_.member(body, key);
  if (held == nullptr) return 0;
  const JsonPlace::Step step(place_, key);
  return expression(*held);
}

NodeId ExpressionReader::one(Op op, const Json& body) {
  if (!place_.is_object_of(body, {"arg"})) return 0;
  Node node;
  node.op = op;
  return add(node, std::array{side(body, "arg")});
}

NodeId ExpressionReader::two(Op op, const Json& body) {
  if (!place_.is_object_of(body, {"left", "right"})) return 0;
  Node node;
  node.op = op;
  const auto left = side(body, "left");
  const auto right = side(body, "right");
  return add(node, std::array{left, right});
}

// Down along the left sides first, so that a long chain needs no recursion.
NodeId ExpressionReader::chain(Op op, const std::string& name, const Json& body) {
  const auto start = place_.depth();
  std::vector<const Json*> links{&body};
  std::vector<NodeId> parts;
  while (true) {
    const auto& link = *links.back();
    if (!place_.is_object_of(link, {"left", "right"})) break;
    const auto* left = place_.member(link, "left");
    if (place_.member(link, "right") == nullptr || left == nullptr) break;
    place_.enter("left");
    if (!left->is_object() || left->size() != 1 || left->begin().key() != name) {
      parts.push_back(expression(*left));
      break;
    }
    place_.enter(name);
    links.push_back(&left->begin().value());
  }
  for (auto i = links.size(); i > 0 && !place_.failed(); --i) {
    place_.leave_to(start + 2 * (i - 1));
    parts.push_back(side(*links[i - 1], "right"));
  }
  place_.leave_to(start);
  Node node;
  node.op = op;
  return add(node, parts);
}

NodeId ExpressionReader::variable(const Json& body) {
  const auto* name = place_.text(body);
  if (name == nullptr) return 0;
  const auto op = named_in(kVariables, *name);
  if (!op) {
    place_.mistake(in_backquotes(*name) + " is no variable",
                   "principal, action, resource or context");
    return 0;
  }
  Node node;
  node.op = *op;
  return add(node, {});
}

NodeId ExpressionReader::conditional(const Json& body) {
  if (!place_.is_object_of(body, {"if", "then", "else"})) return 0;
  Node node;
  node.op = Op::If;
  const auto condition = side(body, "if");
  const auto then = side(body, "then");
  const auto otherwise = side(body, "else");
  return add(node, std::array{condition, then, otherwise});
}

NodeId ExpressionReader::attribute(const Json& body) {
  if (!place_.is_object_of(body, {"left", "attr"})) return 0;
  const auto left = side(body, "left");
  const auto* name = place_.text(body, "attr");
  if (name == nullptr) return 0;
  Node node;
  node.op = Op::GetAttribute;
  node.operand = out_.add_name(*name);
  return add(node, std::array{left});
}

NodeId ExpressionReader::has(const Json& body) {
  if (!place_.is_object_of(body, {"left", "attr"})) return 0;
  const auto left = side(body, "left");
  const auto* names = place_.member(body, "attr");
  if (names == nullptr) return 0;
  const JsonPlace::Step step(place_, "attr");
  Node node;
  node.op = Op::HasAttribute;
  if (names->is_string()) {
    node.operand = out_.add_name(names->get<std::string>());
    node.names = 1;
  } else {
    has_path(*names, node);
  }
  return add(node, std::array{left});
}

void ExpressionReader::has_path(const Json& names, Node& node) {
  if (!names.is_array() || names.empty() || names.size() > kMaxPolicyDepth) {
    place_.mistake("this is neither a name nor a list of 1 to 200 names",
                   R"(write "name" or ["name", "of", "another"])");
    return;
  }
  node.operand = static_cast<std::uint32_t>(out_.names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const JsonPlace::Step step(place_, i);
    const auto* name = place_.text(names[i]);
    if (name == nullptr) return;
    if (names.size() > 1 && !is_plain_name(*name)) {
      place_.mistake(in_backquotes(*name) + " cannot be part of a path",
                     "ask for each attribute of its own, and join the questions with &&");
    }
    out_.add_name(*name);
    ++node.names;
  }
}

NodeId ExpressionReader::like(const Json& body) {
  if (!place_.is_object_of(body, {"left", "pattern"})) return 0;
  const auto left = side(body, "left");
  const auto* parts = place_.member(body, "pattern");
  if (parts == nullptr) return 0;
  const JsonPlace::Step step(place_, "pattern");
  if (!place_.is_list(*parts)) return 0;
  Pattern pattern(1);
  for (std::size_t i = 0; i < parts->size(); ++i) {
    const JsonPlace::Step item(place_, i);
    pattern_part((*parts)[i], pattern);
  }
  Node node;
  node.op = Op::Like;
  node.operand = static_cast<std::uint32_t>(out_.patterns.size());
  out_.patterns.push_back(std::move(pattern));
  return add(node, std::array{left});
}

void ExpressionReader::pattern_part(const Json& part, Pattern& out) {
  if (part.is_string() && part.get_ref<const std::string&>() == "Wildcard") {
    out.emplace_back();
  } else if (!part.is_object()) {
    place_.mistake("this is no part of a pattern", R"(write "Wildcard" or {"Literal": "text"})");
  } else if (place_.is_object_of(part, {"Literal"})) {
    const auto* text = place_.text(part, "Literal");
    if (text != nullptr) out.back() += *text;
  }
}

NodeId ExpressionReader::is(const Json& body) {
  if (!place_.is_object_of(body, {"left", "entity_type", "in"})) return 0;
  std::vector<NodeId> parts{side(body, "left")};
  Node node;
  node.op = Op::Is;
  node.operand = out_.add_name(place_.type_name(body, "entity_type"));
  if (!place_.failed() && body.contains("in")) parts.push_back(side(body, "in"));
  return add(node, parts);
}

NodeId ExpressionReader::set(const Json& body, ReadPart read) {
  if (!place_.is_list(body)) return 0;
  std::vector<NodeId> items;
  for (std::size_t i = 0; i < body.size() && !place_.failed(); ++i) {
    const JsonPlace::Step step(place_, i);
    items.push_back((this->*read)(body[i]));
  }
  return place_.failed() ? 0 : add(out_.set_of(items), items);
}

NodeId ExpressionReader::record(const Json& body, ReadPart read) {
  if (!place_.is_object(body)) return 0;
  std::vector<std::string> keys;
  std::vector<NodeId> values;
  for (const auto& [key, held] : body.items()) {
    const JsonPlace::Step step(place_, key);
    keys.push_back(key);
    values.push_back((this->*read)(held));
    if (place_.failed()) return 0;
  }
  return add(out_.record_of(std::move(keys), values), values);
}

NodeId ExpressionReader::call(const std::string& name, const Json& body) {
  const auto function = function_called(name);
  if (!function) {
    place_.mistake("there is no such operator or function",
                   "an operator is written as in a policy, or Value, Var, neg, if-then-else, Set, "
                   "Record or the name of an extension function");
    return 0;
  }
  if (!place_.is_list(body)) return 0;
  std::vector<NodeId> arguments;
  for (std::size_t i = 0; i < body.size() && !place_.failed(); ++i) {
    const JsonPlace::Step step(place_, i);
    arguments.push_back(expression(body[i]));
  }
  return call(*function, arguments);
}

NodeId ExpressionReader::call(Function function, std::span<const NodeId> arguments) {
  if (arguments.empty() && !facts_of(function).is_constructor) {
    place_.mistake("the method has no argument", "the first is what stands before the dot");
  }
  return place_.failed() ? 0 : add(out_.call_of(function, arguments), arguments);
}

NodeId ExpressionReader::add(Node node, std::span<const NodeId> parts) {
  if (out_.nodes.size() >= kMaxPolicyTokens) {
    place_.mistake("the policy is too large", "split it into several");
  }
  return place_.failed() ? 0 : out_.add(node, parts);
}

}  // namespace hub::policy
