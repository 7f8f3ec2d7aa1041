#include "policy/expression_parser.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "policy/policy_set.h"

namespace hub::policy {
namespace {

constexpr std::size_t kMaxSigns = 4;

std::optional<Op> comparison(TokenKind kind) {
  constexpr std::array<std::pair<TokenKind, Op>, 6> comparisons{
      std::pair{TokenKind::Equal, Op::Equal},
      std::pair{TokenKind::NotEqual, Op::NotEqual},
      std::pair{TokenKind::Less, Op::Less},
      std::pair{TokenKind::LessEqual, Op::LessEqual},
      std::pair{TokenKind::Greater, Op::Greater},
      std::pair{TokenKind::GreaterEqual, Op::GreaterEqual},
  };
  const auto* found = std::ranges::find(comparisons, kind, &std::pair<TokenKind, Op>::first);
  return found == comparisons.end() ? std::nullopt : std::optional(found->second);
}

struct Method {
  std::string_view name;
  Op op;
  std::size_t arguments;
};
constexpr std::array<Method, 6> kMethods{
    Method{"contains", Op::Contains, 1},       Method{"containsAll", Op::ContainsAll, 1},
    Method{"containsAny", Op::ContainsAny, 1}, Method{"isEmpty", Op::IsEmpty, 0},
    Method{"getTag", Op::GetTag, 1},           Method{"hasTag", Op::HasTag, 1},
};

const Method* method_called(std::string_view name) {
  const auto* found = std::ranges::find(kMethods, name, &Method::name);
  return found == kMethods.end() ? nullptr : found;
}

}  // namespace

NodeId ExpressionParser::expression() {
  if (nesting_ >= kMaxPolicyDepth) {
    cursor_.mistake("the expression is nested too deeply", "at most 200 levels");
    return 0;
  }
  ++nesting_;
  const auto out = cursor_.at_word("if") ? conditional() : or_chain();
  --nesting_;
  return out;
}

NodeId ExpressionParser::conditional() {
  const auto begin = cursor_.span().begin;
  cursor_.skip();
  const auto condition = expression();
  if (!cursor_.accept_word("then")) cursor_.unexpected("`then`");
  const auto then = expression();
  if (!cursor_.accept_word("else")) cursor_.unexpected("`else`");
  const auto otherwise = expression();
  return add(Op::If, {condition, then, otherwise}, begin);
}

NodeId ExpressionParser::or_chain() {
  const auto begin = cursor_.span().begin;
  std::vector<NodeId> parts{and_chain()};
  while (cursor_.accept(TokenKind::Or)) parts.push_back(and_chain());
  return parts.size() == 1 ? parts.front() : add(Op::Or, parts, begin);
}

NodeId ExpressionParser::and_chain() {
  const auto begin = cursor_.span().begin;
  std::vector<NodeId> parts{relation()};
  while (cursor_.accept(TokenKind::And)) parts.push_back(relation());
  return parts.size() == 1 ? parts.front() : add(Op::And, parts, begin);
}

NodeId ExpressionParser::relation() {
  const auto begin = cursor_.span().begin;
  const auto left = sum();
  const auto out = relation_behind(left, begin);
  if (out != left && (comparison(cursor_.peek()) || cursor_.at_word("in"))) {
    cursor_.mistake("comparisons cannot be chained", "put one of them in parentheses");
  }
  return out;
}

NodeId ExpressionParser::relation_behind(NodeId left, std::uint32_t begin) {
  if (const auto op = comparison(cursor_.peek())) {
    cursor_.skip();
    const auto right = sum();
    return add(*op, {left, right}, begin);
  }
  if (cursor_.peek() == TokenKind::Assign) {
    cursor_.mistake("`=` is not an operator", "write ==");
    return left;
  }
  if (cursor_.accept_word("in")) {
    const auto right = sum();
    return add(Op::In, {left, right}, begin);
  }
  if (cursor_.accept_word("has")) return has(left, begin);
  if (cursor_.accept_word("like")) return like(left, begin);
  if (cursor_.accept_word("is")) return is(left, begin);
  return left;
}

NodeId ExpressionParser::has(NodeId left, std::uint32_t begin) {
  Node node;
  node.op = Op::HasAttribute;
  node.names = 1;
  if (cursor_.peek() == TokenKind::String) {
    node.operand = add_name(cursor_.string());
    return add(node, {left}, begin);
  }
  node.operand = add_name(cursor_.name());
  while (cursor_.accept(TokenKind::Dot)) {
    add_name(cursor_.name());
    ++node.names;
  }
  if (node.names > kMaxPolicyDepth) {
    cursor_.mistake("the path behind `has` is too long", "at most 200 names");
  }
  return add(node, {left}, begin);
}

NodeId ExpressionParser::like(NodeId left, std::uint32_t begin) {
  Node node;
  node.op = Op::Like;
  if (cursor_.peek() != TokenKind::String) {
    cursor_.unexpected("a pattern in double quotes");
    return left;
  }
  auto pattern = unescape_pattern(cursor_.words());
  if (!pattern) {
    cursor_.mistake("the pattern has an escape that Cedar does not know",
                    R"(write \* for a star; else as in strings)");
    return left;
  }
  cursor_.skip();
  node.operand = static_cast<std::uint32_t>(out_.patterns.size());
  out_.patterns.push_back(std::move(*pattern));
  return add(node, {left}, begin);
}

NodeId ExpressionParser::is(NodeId left, std::uint32_t begin) {
  Node node;
  node.op = Op::Is;
  if (cursor_.peek() == TokenKind::String) {
    cursor_.unexpected("an entity type without quotes");
    return left;
  }
  node.operand = add_name(cursor_.type_name());
  std::vector<NodeId> parts{left};
  if (cursor_.accept_word("in")) parts.push_back(sum());
  return add(node, parts, begin);
}

NodeId ExpressionParser::sum() {
  const auto begin = cursor_.span().begin;
  auto left = product();
  while (cursor_.peek() == TokenKind::Plus || cursor_.peek() == TokenKind::Minus) {
    const auto op = cursor_.peek() == TokenKind::Plus ? Op::Add : Op::Subtract;
    cursor_.skip();
    const auto right = product();
    left = add(op, {left, right}, begin);
  }
  return left;
}

NodeId ExpressionParser::product() {
  const auto begin = cursor_.span().begin;
  auto left = unary();
  while (cursor_.accept(TokenKind::Star)) {
    const auto right = unary();
    left = add(Op::Multiply, {left, right}, begin);
  }
  if (cursor_.peek() == TokenKind::Slash || cursor_.peek() == TokenKind::Percent) {
    cursor_.mistake("Cedar has no division", "multiply the other side instead");
  }
  return left;
}

NodeId ExpressionParser::unary() {
  const auto begin = cursor_.span().begin;
  const auto sign = cursor_.peek();
  if (sign != TokenKind::Not && sign != TokenKind::Minus) return member();
  std::size_t signs = 0;
  while (cursor_.accept(sign)) ++signs;
  if (signs > kMaxSigns) {
    cursor_.mistake({begin, cursor_.last_end()}, "more than four signs in a row",
                    "take out pairs of them");
    return 0;
  }
  if (sign == TokenKind::Minus) return negation(signs, begin);
  auto out = member();
  for (; signs > 0; --signs) out = add(Op::Not, {out}, begin);
  return out;
}

// A minus right before an integer belongs to it: the least Long has no positive twin.
NodeId ExpressionParser::negation(std::size_t signs, std::uint32_t begin) {
  const auto behind = cursor_.peek_second();
  const bool plain = cursor_.peek() == TokenKind::Integer && behind != TokenKind::Dot &&
                     behind != TokenKind::OpenBracket;
  auto out = plain ? integer(true, begin) : member();
  for (auto left = plain ? signs - 1 : signs; left > 0; --left) {
    out = add(Op::Negate, {out}, begin);
  }
  return out;
}

NodeId ExpressionParser::member() {
  const auto begin = cursor_.span().begin;
  auto left = primary();
  while (true) {
    if (cursor_.accept(TokenKind::Dot)) {
      left = dotted(left, begin);
    } else if (cursor_.accept(TokenKind::OpenBracket)) {
      Node node;
      node.op = Op::GetAttribute;
      node.operand = add_name(cursor_.string());
      cursor_.expect(TokenKind::CloseBracket, "`]`");
      left = add(node, {left}, begin);
    } else {
      return left;
    }
  }
}

NodeId ExpressionParser::dotted(NodeId left, std::uint32_t begin) {
  const auto where = cursor_.span();
  auto name = cursor_.name();
  if (cursor_.accept(TokenKind::OpenParen)) return call(left, name, where, begin);
  Node node;
  node.op = Op::GetAttribute;
  node.operand = add_name(std::move(name));
  return add(node, {left}, begin);
}

NodeId ExpressionParser::call(NodeId left, std::string_view method, Span name,
                              std::uint32_t begin) {
  const auto* known = method_called(method);
  if (known == nullptr) {
    cursor_.mistake(name, "there is no such method",
                    "contains, containsAll, containsAny, isEmpty, getTag or hasTag");
    return left;
  }
  std::vector<NodeId> parts{left};
  while (cursor_.peek() != TokenKind::CloseParen && !cursor_.failed()) {
    parts.push_back(expression());
    if (!cursor_.accept(TokenKind::Comma)) break;
  }
  cursor_.expect(TokenKind::CloseParen, "`)`");
  if (parts.size() != known->arguments + 1) {
    cursor_.mistake(name, "the method has another number of arguments",
                    known->arguments == 1 ? "it takes one" : "it takes none");
  }
  return add(known->op, parts, begin);
}

NodeId ExpressionParser::primary() {
  const auto begin = cursor_.span().begin;
  const auto kind = cursor_.peek();
  if (kind == TokenKind::Identifier) return word();
  if (kind == TokenKind::Integer) return integer(false, begin);
  if (kind == TokenKind::OpenBracket) return set();
  if (kind == TokenKind::OpenBrace) return record();
  if (kind == TokenKind::String) {
    const auto text = cursor_.string();
    return literal(Value(std::string_view(text)), begin);
  }
  if (cursor_.accept(TokenKind::OpenParen)) {
    const auto inner = expression();
    cursor_.expect(TokenKind::CloseParen, "`)`");
    return inner;
  }
  if (kind == TokenKind::Slot) {
    cursor_.mistake("a template slot stands in a condition",
                    "slots belong into the head of the policy");
  }
  cursor_.unexpected("an expression");
  return 0;
}

NodeId ExpressionParser::word() {
  const auto begin = cursor_.span().begin;
  if (cursor_.peek_second() == TokenKind::PathSeparator) return path(begin);
  if (cursor_.accept_word("true")) return literal(Value(true), begin);
  if (cursor_.accept_word("false")) return literal(Value(false), begin);
  constexpr std::array<std::pair<std::string_view, Op>, 4> variables{
      std::pair{std::string_view("principal"), Op::Principal},
      std::pair{std::string_view("action"), Op::Action},
      std::pair{std::string_view("resource"), Op::Resource},
      std::pair{std::string_view("context"), Op::Context},
  };
  for (const auto& [name, op] : variables) {
    if (cursor_.accept_word(name)) return add(op, {}, begin);
  }
  if (cursor_.at_word("if")) {
    cursor_.mistake("`if` cannot stand here", "put the whole of it in parentheses");
  } else if (is_reserved(cursor_.words())) {
    cursor_.unexpected("an expression");
  } else if (cursor_.peek_second() == TokenKind::OpenParen) {
    cursor_.mistake("there is no such function", "this engine has no extension functions");
  } else {
    cursor_.mistake("this is neither a variable nor a value",
                    R"(principal, action, resource, context, "a text" or Type::"id")");
  }
  return 0;
}

NodeId ExpressionParser::path(std::uint32_t begin) {
  return literal(Value(cursor_.entity()), begin);
}

NodeId ExpressionParser::integer(bool negative, std::uint32_t begin) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const auto digits = cursor_.words();
  std::uint64_t size = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  if (parsed.ec != std::errc{} || size > most + (negative ? 1 : 0)) {
    cursor_.mistake("the number is too large", "-9223372036854775808 to 9223372036854775807");
    return 0;
  }
  cursor_.skip();
  // In unsigned arithmetic, so that the least Long needs no special case.
  return literal(Value(static_cast<std::int64_t>(negative ? 0 - size : size)), begin);
}

NodeId ExpressionParser::set() {
  const auto begin = cursor_.span().begin;
  cursor_.skip();
  std::vector<NodeId> items;
  while (cursor_.peek() != TokenKind::CloseBracket && !cursor_.failed()) {
    items.push_back(expression());
    if (!cursor_.accept(TokenKind::Comma)) break;
  }
  cursor_.expect(TokenKind::CloseBracket, "`]`");
  Node node;
  node.op = Op::Set;
  std::vector<Value> values;
  for (const auto item : items) {
    if (const auto* value = constant(item)) values.push_back(*value);
  }
  if (!cursor_.failed() && values.size() == items.size()) {
    out_.literals.emplace_back(Set(std::move(values)));
    node.constant = static_cast<std::uint32_t>(out_.literals.size());
  }
  return add(node, items, begin);
}

NodeId ExpressionParser::record() {
  const auto begin = cursor_.span().begin;
  cursor_.skip();
  std::vector<std::string> names;
  std::vector<NodeId> values;
  while (cursor_.peek() != TokenKind::CloseBrace && !cursor_.failed()) {
    names.push_back(cursor_.peek() == TokenKind::String ? cursor_.string() : cursor_.name());
    cursor_.expect(TokenKind::Colon, "`:`");
    values.push_back(expression());
    if (!cursor_.accept(TokenKind::Comma)) break;
  }
  cursor_.expect(TokenKind::CloseBrace, "`}`");
  auto sorted = names;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) {
    cursor_.mistake({begin, cursor_.last_end()}, "the record has the same key twice",
                    "take one of them out");
  }
  Node node;
  node.op = Op::Record;
  node.operand = static_cast<std::uint32_t>(out_.names.size());
  std::vector<Attribute> constants;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (const auto* value = constant(values[i])) constants.push_back({names[i], *value});
    add_name(std::move(names[i]));
  }
  if (!cursor_.failed() && constants.size() == values.size()) {
    if (auto made = Record::make(std::move(constants))) {
      out_.literals.emplace_back(std::move(*made));
      node.constant = static_cast<std::uint32_t>(out_.literals.size());
    }
  }
  return add(node, values, begin);
}

const Value* ExpressionParser::constant(NodeId id) const {
  if (cursor_.failed()) return nullptr;
  const auto& node = out_.nodes[id];
  if (node.op == Op::Literal) return &out_.literals[node.operand];
  return node.constant > 0 ? &out_.literals[node.constant - 1] : nullptr;
}

NodeId ExpressionParser::literal(Value value, std::uint32_t begin) {
  Node node;
  node.op = Op::Literal;
  node.operand = static_cast<std::uint32_t>(out_.literals.size());
  out_.literals.push_back(std::move(value));
  return add(node, {}, begin);
}

NodeId ExpressionParser::add(Op op, const std::vector<NodeId>& children, std::uint32_t begin) {
  Node node;
  node.op = op;
  return add(node, children, begin);
}

NodeId ExpressionParser::add(Node node, const std::vector<NodeId>& children, std::uint32_t begin) {
  if (cursor_.failed()) return 0;
  std::uint16_t depth = 0;
  for (const auto child : children) depth = std::max(depth, depths_[child]);
  if (++depth > kMaxPolicyDepth) {
    cursor_.mistake("the expression is nested too deeply", "at most 200 levels");
    return 0;
  }
  node.first = static_cast<std::uint32_t>(out_.children.size());
  node.count = static_cast<std::uint32_t>(children.size());
  node.span = {begin, cursor_.last_end()};
  out_.children.insert(out_.children.end(), children.begin(), children.end());
  out_.nodes.push_back(node);
  depths_.push_back(depth);
  return static_cast<NodeId>(out_.nodes.size() - 1);
}

std::uint32_t ExpressionParser::add_name(std::string name) {
  out_.names.push_back(std::move(name));
  return static_cast<std::uint32_t>(out_.names.size() - 1);
}

}  // namespace hub::policy
