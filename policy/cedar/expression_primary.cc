// The innermost parts of an expression: literals, variables, sets, records, parentheses.
#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "policy/cedar/expression_parser.h"

namespace hub::policy {

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
    return extension_function(begin);
  } else {
    cursor_.mistake("this is neither a variable nor a value",
                    R"(principal, action, resource, context, "a text" or Type::"id")");
  }
  return 0;
}

NodeId ExpressionParser::extension_function(std::uint32_t begin) {
  const auto function = function_called(cursor_.words());
  if (!function) {
    cursor_.mistake("there is no such function", "decimal, ip, datetime or duration");
    return 0;
  }
  if (!facts_of(*function).is_constructor) {
    cursor_.mistake("this is a method, not a function",
                    "write the value first: a." + std::string(facts_of(*function).name) + "(...)");
    return 0;
  }
  cursor_.skip();
  cursor_.skip();
  std::vector<NodeId> parts;
  arguments(parts);
  return extension_call(*function, parts, begin);
}

NodeId ExpressionParser::extension_call(Function function, const std::vector<NodeId>& parts,
                                        std::uint32_t begin) {
  if (cursor_.failed()) return 0;
  return add(out_.call_of(function, parts), parts, begin);
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
  if (cursor_.failed()) return 0;
  return add(out_.set_of(items), items, begin);
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
  if (cursor_.failed()) return 0;
  return add(out_.record_of(std::move(names), values), values, begin);
}

NodeId ExpressionParser::literal(Value value, std::uint32_t begin) {
  Node node;
  node.op = Op::Literal;
  node.operand = static_cast<std::uint32_t>(out_.literals.size());
  out_.literals.push_back(std::move(value));
  return add(node, {}, begin);
}

}  // namespace hub::policy
