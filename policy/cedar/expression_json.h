// Reads expressions from Cedar's JSON form: an object of one key, the operator.
//
//   {"==": {"left": {"Var": "principal"}, "right": {"Value": {"__entity": {...}}}}}
//
// A chain of && or of || that nests to the left becomes one node, as the same chain in a text does.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "policy/cedar/expression.h"
#include "policy/cedar/extension.h"
#include "policy/cedar/json_place.h"

namespace hub::policy {

class ExpressionReader {
 public:
  // Both must outlive the reader.
  ExpressionReader(JsonPlace& place, Expressions& out) : place_(place), out_(out) {}

  // Mistakes are the place's. What is returned after one means nothing. At most kMaxPolicyDepth
  // levels deep, and kMaxPolicyTokens nodes in the list.
  NodeId expression(const nlohmann::json& json);

 private:
  using Json = nlohmann::json;

  NodeId operation(const std::string& name, const Json& body);
  NodeId one(Op op, const Json& body);
  NodeId two(Op op, const Json& body);
  NodeId chain(Op op, const std::string& name, const Json& body);
  NodeId side(const Json& body, std::string_view key);
  NodeId variable(const Json& body);
  NodeId conditional(const Json& body);
  NodeId attribute(const Json& body);
  NodeId has(const Json& body);
  void has_path(const Json& names, Node& node);
  NodeId like(const Json& body);
  void pattern_part(const Json& part, Pattern& out);
  NodeId is(const Json& body);
  using ReadPart = NodeId (ExpressionReader::*)(const Json&);
  NodeId set(const Json& body, ReadPart read);
  NodeId record(const Json& body, ReadPart read);
  NodeId call(const std::string& name, const Json& body);
  NodeId call(Function function, std::span<const NodeId> arguments);

  NodeId value(const Json& json);
  NodeId value_inside(const Json& json);
  NodeId value_object(const Json& json);
  NodeId value_call(const Json& escape);

  // One level further in, or false and a mistake.
  bool enter();
  NodeId literal(Value value);
  NodeId add(Node node, std::span<const NodeId> parts);

  JsonPlace& place_;
  Expressions& out_;
  std::size_t nesting_ = 0;
};

}  // namespace hub::policy
