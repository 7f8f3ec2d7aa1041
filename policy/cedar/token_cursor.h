// Walks over the tokens of a policy text. The first mistake sticks: from then on every token is
// End and every answer is empty, so that a parser reads on without asking and looks once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/cedar/lexer.h"
#include "policy/cedar/value.h"

namespace hub::policy {

class TokenCursor {
 public:
  // The text must outlive the cursor; the last token is End.
  TokenCursor(std::string_view text, std::vector<Token> tokens);

  [[nodiscard]] TokenKind peek() const { return token().kind; }
  // The token behind the next one.
  [[nodiscard]] TokenKind peek_second() const;
  [[nodiscard]] bool at_word(std::string_view word) const;
  [[nodiscard]] Span span() const { return token().span; }
  // The text of the next token.
  [[nodiscard]] std::string_view words() const { return written(span()); }
  [[nodiscard]] std::string_view written(Span part) const;
  // Where the token before this one ended.
  [[nodiscard]] std::uint32_t last_end() const { return last_end_; }

  void skip();
  bool accept(TokenKind kind);
  bool accept_word(std::string_view word);
  // Notes a mistake unless that kind comes next.
  void expect(TokenKind kind, std::string_view called);

  // An identifier that may name something: not a reserved word.
  std::string name();
  // Name, or Name::Name...
  std::string type_name();
  // Type::"id"
  EntityUid entity();
  // The text of a string token.
  std::string string();

  void mistake(std::string what, std::string hint) {
    mistake(span(), std::move(what), std::move(hint));
  }
  void mistake(Span where, std::string what, std::string hint);
  // "unexpected `...`", with what would have been right.
  void unexpected(std::string_view expected);
  [[nodiscard]] const std::optional<LexMistake>& failed() const { return mistake_; }

  // Forgets the mistake and goes behind the next semicolon, where the next policy starts.
  void recover();

 private:
  [[nodiscard]] const Token& token() const { return mistake_ ? tokens_.back() : tokens_[at_]; }

  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::uint32_t last_end_ = 0;
  std::optional<LexMistake> mistake_;
};

// true false if then else in like has is __cedar
[[nodiscard]] bool is_reserved(std::string_view word);

}  // namespace hub::policy
