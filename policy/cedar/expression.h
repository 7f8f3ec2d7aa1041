// A Cedar expression, parsed: a flat list of nodes, children before their parents, with the words
// each was written in. Flat so that it is compact to walk and needs no recursion to destroy.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "policy/cedar/extension.h"
#include "policy/cedar/value.h"

namespace hub::policy {

enum class Op : std::uint8_t {
  Literal,  // operand: index of a literal
  Principal,
  Action,
  Resource,
  Context,
  If,   // children: condition, then, else
  And,  // children: two or more
  Or,
  Not,
  Negate,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  In,
  Add,
  Subtract,
  Multiply,
  GetAttribute,  // operand: index of a name
  HasAttribute,  // operand: index of the first name, `names` how many: `has a.b.c`
  GetTag,
  HasTag,
  Contains,
  ContainsAll,
  ContainsAny,
  IsEmpty,
  Like,    // operand: index of a pattern
  Is,      // operand: index of a name; children: the value and, with `in`, the group
  Set,     // children: the items
  Record,  // operand: index of the first name; children: the values, in the order written
  Call,    // operand: the Function; children: its arguments, the one before the dot first
};

using NodeId = std::uint32_t;

// Where in the text of its file an expression or a policy stands.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

struct Node {
  Op op = Op::Literal;
  std::uint32_t first = 0;    // where its children start in `children`
  std::uint32_t count = 0;    // how many there are
  std::uint32_t operand = 0;  // what it means depends on the operator
  std::uint32_t names = 0;
  std::uint32_t constant = 0;  // Set, Record, Call: 1 + index of its value when all parts have one
  Span span;
};

// A `like` pattern: the texts between the stars. "a*b" is {"a", "b"}; without a star, one text.
using Pattern = std::vector<std::string>;
[[nodiscard]] bool matches(const Pattern& pattern, std::string_view text);

struct Expressions {
  std::vector<Node> nodes;
  std::vector<NodeId> children;
  std::vector<Value> literals;
  std::vector<std::string> names;
  std::vector<NameKey> name_keys;  // of each name
  std::vector<Pattern> patterns;

  [[nodiscard]] std::span<const NodeId> children_of(const Node& node) const {
    return std::span(children).subspan(node.first, node.count);
  }
  // The value a node always has, where that is known without evaluating; else null.
  [[nodiscard]] const Value* constant(NodeId id) const;

  // Adds a node behind the others, whose children are there already.
  NodeId add(Node node, std::span<const NodeId> parts);
  std::uint32_t add_name(std::string name);
  // A set or a record still to be added, with its constant when all its parts have one. There are
  // as many names as values, each once.
  [[nodiscard]] Node set_of(std::span<const NodeId> items);
  [[nodiscard]] Node record_of(std::vector<std::string> keys, std::span<const NodeId> values);
  // The same for a call; one that errs has no constant, and errs when it is evaluated.
  [[nodiscard]] Node call_of(Function function, std::span<const NodeId> arguments);
};

}  // namespace hub::policy
