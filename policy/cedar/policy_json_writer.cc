// Cedar's JSON form, written. As text at once: a chain of && nests as deep as it is long, which a
// tree of JSON values could only write with as deep a recursion.
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "policy/cedar/extension.h"
#include "policy/cedar/policy_json.h"
#include "policy/cedar/policy_parser.h"

namespace hub::policy {
namespace {

std::string in_json(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string in_json(const EntityUid& uid) {
  return R"({"type":)" + in_json(uid.type) + R"(,"id":)" + in_json(uid.id) + "}";
}

// Separates what it is asked before, but for the first.
class JsonComma {
 public:
  explicit JsonComma(std::string& out) : out_(out) {}
  void operator()() {
    if (!std::exchange(first_, false)) out_ += ',';
  }

 private:
  std::string& out_;
  bool first_ = true;
};

// Recursive: as deep as the expression, which the readers bound.
class ExpressionWriter {
 public:
  // Both must outlive the writer.
  ExpressionWriter(const Expressions& in, std::string& out) : in_(in), out_(out) {}

  void write(NodeId id) {
    const auto& node = in_.nodes[id];
    switch (node.op) {
      case Op::Literal: return literal(in_.literals[node.operand]);
      case Op::Principal: return variable("principal");
      case Op::Action: return variable("action");
      case Op::Resource: return variable("resource");
      case Op::Context: return variable("context");
      case Op::If: return parts(node, "if-then-else", std::array{"if", "then", "else"});
      case Op::And: return chain(node, "&&");
      case Op::Or: return chain(node, "||");
      case Op::Not: return parts(node, "!", std::array{"arg"});
      case Op::Negate: return parts(node, "neg", std::array{"arg"});
      case Op::Equal: return two(node, "==");
      case Op::NotEqual: return two(node, "!=");
      case Op::Less: return two(node, "<");
      case Op::LessEqual: return two(node, "<=");
      case Op::Greater: return two(node, ">");
      case Op::GreaterEqual: return two(node, ">=");
      case Op::In: return two(node, "in");
      case Op::Add: return two(node, "+");
      case Op::Subtract: return two(node, "-");
      case Op::Multiply: return two(node, "*");
      case Op::GetAttribute: return attribute(node);
      case Op::HasAttribute: return has(node);
      case Op::GetTag: return two(node, "getTag");
      case Op::HasTag: return two(node, "hasTag");
      case Op::Contains: return two(node, "contains");
      case Op::ContainsAll: return two(node, "containsAll");
      case Op::ContainsAny: return two(node, "containsAny");
      case Op::IsEmpty: return parts(node, "isEmpty", std::array{"arg"});
      case Op::Like: return like(node);
      case Op::Is: return is(node);
      case Op::Set: return list(node, "Set");
      case Op::Record: return record(node);
      case Op::Call: return list(node, facts_of(static_cast<Function>(node.operand)).name);
    }
  }

 private:
  void open(std::string_view name) {
    out_ += "{\"";
    out_ += name;
    out_ += "\":";
  }

  void variable(std::string_view name) { out_ += R"({"Var":")" + std::string(name) + "\"}"; }

  void literal(const Value& value) {
    switch (value.kind()) {
      case Value::Kind::Bool:
      case Value::Kind::Long: return plain(to_text(value));
      case Value::Kind::String: return plain(in_json(*value.text()));
      case Value::Kind::Entity:
        return plain(R"({"__entity":)" + in_json(value.entity()->uid) + "}");
      case Value::Kind::Set:
        items(R"({"Set":[)", value.set()->items(), [this](const Value& item) { literal(item); });
        out_ += "]}";
        return;
      case Value::Kind::Record:
        items(R"({"Record":{)", value.record()->attributes(), [this](const Attribute& attribute) {
          out_ += in_json(attribute.name) + ":";
          literal(attribute.value);
        });
        out_ += "}}";
        return;
      case Value::Kind::Decimal:
      case Value::Kind::Ip:
      case Value::Kind::Datetime:
      case Value::Kind::Duration: return made(value);
    }
  }

  void plain(std::string_view json) {
    open("Value");
    out_ += json;
    out_ += '}';
  }

  // A value of an extension type, as the call that makes it.
  void made(const Value& value) {
    const auto call = parse_expression(to_text(value));
    require(call.has_value(), "the text of a value is an expression");
    if (call) ExpressionWriter(*call, out_).write(static_cast<NodeId>(call->nodes.size() - 1));
  }

  template <class Items, class Write>
  void items(std::string_view opening, const Items& held, Write write_one) {
    out_ += opening;
    JsonComma comma(out_);
    for (const auto& item : held) {
      comma();
      write_one(item);
    }
  }

  template <std::size_t N>
  void parts(const Node& node, std::string_view name, const std::array<const char*, N>& keys) {
    open(name);
    for (std::size_t i = 0; i < N; ++i) {
      out_ += i == 0 ? "{\"" : ",\"";
      out_ += keys.at(i);
      out_ += "\":";
      write(in_.children_of(node)[i]);
    }
    out_ += "}}";
  }

  void two(const Node& node, std::string_view name) {
    parts(node, name, std::array{"left", "right"});
  }

  void chain(const Node& node, std::string_view name) {
    const auto links = in_.children_of(node);
    for (std::size_t i = 1; i < links.size(); ++i) {
      open(name);
      out_ += "{\"left\":";
    }
    write(links.front());
    for (const auto link : links.subspan(1)) {
      out_ += ",\"right\":";
      write(link);
      out_ += "}}";
    }
  }

  void left_of(const Node& node, std::string_view name) {
    open(name);
    out_ += "{\"left\":";
    write(in_.children_of(node).front());
  }

  void attribute(const Node& node) {
    left_of(node, ".");
    out_ += ",\"attr\":" + in_json(in_.names[node.operand]) + "}}";
  }

  void has(const Node& node) {
    left_of(node, "has");
    out_ += ",\"attr\":";
    if (node.names == 1) {
      out_ += in_json(in_.names[node.operand]);
    } else {
      items("[", std::span(in_.names).subspan(node.operand, node.names),
            [this](const std::string& name) { out_ += in_json(name); });
      out_ += ']';
    }
    out_ += "}}";
  }

  void like(const Node& node) {
    left_of(node, "like");
    out_ += ",\"pattern\":[";
    const auto& texts = in_.patterns[node.operand];
    JsonComma comma(out_);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (i > 0) {
        comma();
        out_ += "\"Wildcard\"";
      }
      if (texts[i].empty()) continue;
      comma();
      out_ += R"({"Literal":)" + in_json(texts[i]) + "}";
    }
    out_ += "]}}";
  }

  void is(const Node& node) {
    left_of(node, "is");
    out_ += ",\"entity_type\":" + in_json(in_.names[node.operand]);
    if (node.count > 1) {
      out_ += ",\"in\":";
      write(in_.children_of(node)[1]);
    }
    out_ += "}}";
  }

  void list(const Node& node, std::string_view name) {
    open(name);
    items("[", in_.children_of(node), [this](NodeId item) { write(item); });
    out_ += "]}";
  }

  void record(const Node& node) {
    open("Record");
    auto name = node.operand;
    items("{", in_.children_of(node), [&](NodeId item) {
      out_ += in_json(in_.names[name++]) + ":";
      write(item);
    });
    out_ += "}}";
  }

  const Expressions& in_;
  std::string& out_;
};

std::string entity_or_slot(const Scope& scope, std::string_view variable) {
  return scope.slot ? R"("slot":"?)" + std::string(variable) + "\""
                    : R"("entity":)" + in_json(scope.entity.entity()->uid);
}

std::string in_json(const Scope& scope, std::string_view variable) {
  switch (scope.kind) {
    case Scope::Kind::Any: return R"({"op":"All"})";
    case Scope::Kind::Equal: return R"({"op":"==",)" + entity_or_slot(scope, variable) + "}";
    case Scope::Kind::In: return R"({"op":"in",)" + entity_or_slot(scope, variable) + "}";
    case Scope::Kind::Is: return R"({"op":"is","entity_type":)" + in_json(scope.type) + "}";
    case Scope::Kind::IsIn:
      return R"({"op":"is","entity_type":)" + in_json(scope.type) + R"(,"in":{)" +
             entity_or_slot(scope, variable) + "}}";
  }
  return {};
}

std::string in_json(const ActionScope& scope) {
  const auto first = [&] { return in_json(scope.actions.front().entity()->uid) + "}"; };
  switch (scope.kind) {
    case ActionScope::Kind::Any: return R"({"op":"All"})";
    case ActionScope::Kind::Equal: return R"({"op":"==","entity":)" + first();
    case ActionScope::Kind::In: return R"({"op":"in","entity":)" + first();
    case ActionScope::Kind::InAny: break;
  }
  std::string out = R"({"op":"in","entities":[)";
  JsonComma comma(out);
  for (const auto& action : scope.actions) {
    comma();
    out += in_json(action.entity()->uid);
  }
  return out + "]}";
}

std::string in_json(const TemplateLink& link) {
  std::string out = R"({"templateId":)" + in_json(link.template_id) + R"(,"newId":)" +
                    in_json(link.new_id) + R"(,"values":{)";
  JsonComma comma(out);
  if (link.principal) {
    comma();
    out += R"("?principal":)" + in_json(*link.principal);
  }
  if (link.resource) {
    comma();
    out += R"("?resource":)" + in_json(*link.resource);
  }
  return out + "}}";
}

}  // namespace

std::string to_json(const Policy& policy) {
  std::string out =
      policy.effect == Effect::Permit ? R"({"effect":"permit")" : R"({"effect":"forbid")";
  out += ",\"principal\":" + in_json(policy.principal, "principal");
  out += ",\"action\":" + in_json(policy.action);
  out += ",\"resource\":" + in_json(policy.resource, "resource");
  out += ",\"conditions\":[";
  ExpressionWriter expressions(policy.expressions, out);
  JsonComma comma(out);
  for (const auto& condition : policy.conditions) {
    comma();
    out += condition.unless ? R"({"kind":"unless","body":)" : R"({"kind":"when","body":)";
    expressions.write(condition.body);
    out += '}';
  }
  out += ']';
  if (policy.annotations.empty()) return out + "}";
  out += ",\"annotations\":{";
  JsonComma annotation_comma(out);
  for (const auto& [name, value] : policy.annotations) {
    annotation_comma();
    out += in_json(name) + ":" + in_json(value);
  }
  return out + "}}";
}

std::string to_json(const PolicySet& policies) {
  std::set<std::string_view> linked;
  for (const auto& link : policies.links()) linked.insert(link.new_id);
  std::string out = R"({"staticPolicies":{)";
  JsonComma comma(out);
  for (const auto& policy : policies.policies()) {
    if (linked.contains(policy->id)) continue;
    comma();
    out += in_json(policy->id) + ":" + to_json(*policy);
  }
  out += R"(},"templates":{)";
  JsonComma template_comma(out);
  for (const auto& policy : policies.templates()) {
    template_comma();
    out += in_json(policy->id) + ":" + to_json(*policy);
  }
  out += R"(},"templateLinks":[)";
  JsonComma link_comma(out);
  for (const auto& link : policies.links()) {
    link_comma();
    out += in_json(link);
  }
  return out + "]}";
}

}  // namespace hub::policy
