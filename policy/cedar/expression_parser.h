// Parses Cedar expressions into an Expressions list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "policy/cedar/expression.h"
#include "policy/cedar/extension.h"
#include "policy/cedar/token_cursor.h"

namespace hub::policy {

class ExpressionParser {
 public:
  // Both must outlive the parser.
  ExpressionParser(TokenCursor& cursor, Expressions& out) : cursor_(cursor), out_(out) {}

  // Mistakes are the cursor's. What is returned after one means nothing.
  NodeId expression();

 private:
  NodeId or_chain();
  NodeId and_chain();
  NodeId relation();
  NodeId relation_behind(NodeId left, std::uint32_t begin);
  NodeId has(NodeId left, std::uint32_t begin);
  NodeId like(NodeId left, std::uint32_t begin);
  NodeId is(NodeId left, std::uint32_t begin);
  NodeId sum();
  NodeId product();
  NodeId unary();
  NodeId negation(std::size_t signs, std::uint32_t begin);
  NodeId member();
  NodeId dotted(NodeId left, std::uint32_t begin);
  NodeId call(NodeId left, std::string_view method, Span name, std::uint32_t begin);
  NodeId extension_method(NodeId left, std::string_view method, Span name, std::uint32_t begin);
  NodeId extension_function(std::uint32_t begin);
  NodeId extension_call(Function function, const std::vector<NodeId>& parts, std::uint32_t begin);
  void arguments(std::vector<NodeId>& parts);
  NodeId primary();
  NodeId word();
  NodeId path(std::uint32_t begin);
  NodeId integer(bool negative, std::uint32_t begin);
  NodeId conditional();
  NodeId set();
  NodeId record();

  NodeId literal(Value value, std::uint32_t begin);
  NodeId add(Node node, const std::vector<NodeId>& children, std::uint32_t begin);
  NodeId add(Op op, const std::vector<NodeId>& children, std::uint32_t begin);

  TokenCursor& cursor_;
  Expressions& out_;
  std::vector<std::uint16_t> depths_;  // of each node
  std::size_t nesting_ = 0;            // of calls to expression()
};

}  // namespace hub::policy
