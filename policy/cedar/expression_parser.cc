#include "policy/cedar/expression_parser.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "policy/cedar/extension.h"
#include "policy/cedar/policy_set.h"

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
    node.operand = out_.add_name(cursor_.string());
    return add(node, {left}, begin);
  }
  node.operand = out_.add_name(cursor_.name());
  while (cursor_.accept(TokenKind::Dot)) {
    out_.add_name(cursor_.name());
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
  node.operand = out_.add_name(cursor_.type_name());
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
      node.operand = out_.add_name(cursor_.string());
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
  node.operand = out_.add_name(std::move(name));
  return add(node, {left}, begin);
}

NodeId ExpressionParser::call(NodeId left, std::string_view method, Span name,
                              std::uint32_t begin) {
  const auto* known = method_called(method);
  if (known == nullptr) return extension_method(left, method, name, begin);
  std::vector<NodeId> parts{left};
  arguments(parts);
  if (parts.size() != known->arguments + 1) {
    cursor_.mistake(name, "the method has another number of arguments",
                    known->arguments == 1 ? "it takes one" : "it takes none");
  }
  return add(known->op, parts, begin);
}

NodeId ExpressionParser::extension_method(NodeId left, std::string_view method, Span name,
                                          std::uint32_t begin) {
  const auto function = function_called(method);
  if (!function) {
    cursor_.mistake(name, "there is no such method",
                    "contains, containsAll, containsAny, isEmpty, getTag, hasTag or a method of an "
                    "extension type");
    return left;
  }
  if (facts_of(*function).is_constructor) {
    cursor_.mistake(name, "this is a function, not a method",
                    std::string(method) + "(\"...\"), with nothing before it");
    return left;
  }
  std::vector<NodeId> parts{left};
  arguments(parts);
  return extension_call(*function, parts, begin);
}

// Behind the opening parenthesis, to the closing one.
void ExpressionParser::arguments(std::vector<NodeId>& parts) {
  while (cursor_.peek() != TokenKind::CloseParen && !cursor_.failed()) {
    parts.push_back(expression());
    if (!cursor_.accept(TokenKind::Comma)) break;
  }
  cursor_.expect(TokenKind::CloseParen, "`)`");
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
  node.span = {begin, cursor_.last_end()};
  depths_.push_back(depth);
  return out_.add(node, children);
}

}  // namespace hub::policy
