// The part of an expression in JSON that is below `Value`: plain JSON, with escapes for entities
// and for calls of extension functions.
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "policy/cedar/expression_json.h"
#include "policy/cedar/extension.h"
#include "policy/cedar/parse_error.h"
#include "policy/cedar/shown_text.h"
#include "policy/cedar/value_json.h"

namespace hub::policy {

NodeId ExpressionReader::value(const Json& json) {
  if (!enter()) return 0;
  const auto out = value_inside(json);
  --nesting_;
  return out;
}

NodeId ExpressionReader::value_inside(const Json& json) {
  if (json.is_boolean()) return literal(Value(json.get<bool>()));
  if (json.is_string()) return literal(Value(std::string_view(json.get_ref<const std::string&>())));
  if (json.is_array()) return set(json, &ExpressionReader::value);
  if (json.is_object()) return value_object(json);
  if (!json.is_number()) {
    place_.mistake("null is no value", "leave it out");
    return 0;
  }
  const auto number = read_long(json);
  if (!number) {
    place_.mistake("the number is -0, has a fraction or is too large",
                   "-9223372036854775808 to 9223372036854775807");
    return 0;
  }
  return literal(Value(*number));
}

NodeId ExpressionReader::value_object(const Json& json) {
  if (json.contains("__entity")) {
    auto uid = place_.entity(json);
    return uid ? literal(Value(std::move(*uid))) : 0;
  }
  if (json.contains("__expr")) {
    place_.mistake("the escape `__expr` is no part of Cedar any more", "write the expression");
    return 0;
  }
  if (!json.contains("__extn")) return record(json, &ExpressionReader::value);
  if (!place_.is_object_of(json, {"__extn"})) return 0;
  const JsonPlace::Step step(place_, "__extn");
  return value_call(json["__extn"]);
}

// {"fn": name, "arg": value} or {"fn": name, "args": [values]}
NodeId ExpressionReader::value_call(const Json& escape) {
  const bool many = escape.is_object() && escape.contains("args");
  const std::string_view key = many ? "args" : "arg";
  if (!place_.is_object_of(escape, {"fn", key})) return 0;
  const auto* name = place_.text(escape, "fn");
  const auto* held = place_.member(escape, key);
  if (name == nullptr || held == nullptr) return 0;
  const auto function = function_called(*name);
  if (!function) {
    place_.mistake("there is no function " + in_backquotes(*name),
                   "decimal, ip, datetime or duration");
    return 0;
  }
  const JsonPlace::Step step(place_, key);
  if (many && !place_.is_list(*held)) return 0;
  std::vector<NodeId> arguments;
  if (!many) arguments.push_back(value(*held));
  for (std::size_t i = 0; many && i < held->size() && !place_.failed(); ++i) {
    const JsonPlace::Step item(place_, i);
    arguments.push_back(value((*held)[i]));
  }
  return call(*function, arguments);
}

NodeId ExpressionReader::literal(Value value) {
  Node node;
  node.op = Op::Literal;
  node.operand = static_cast<std::uint32_t>(out_.literals.size());
  out_.literals.push_back(std::move(value));
  return add(node, {});
}

}  // namespace hub::policy
