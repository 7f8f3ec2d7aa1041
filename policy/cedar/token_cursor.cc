#include "policy/cedar/token_cursor.h"

#include <algorithm>
#include <array>

#include "policy/cedar/parse_error.h"
#include "policy/cedar/shown_text.h"

namespace hub::policy {
bool is_reserved(std::string_view word) {
  constexpr std::array<std::string_view, 10> reserved{"true", "false", "if",  "then", "else",
                                                      "in",   "like",  "has", "is",   "__cedar"};
  return std::ranges::find(reserved, word) != reserved.end();
}

TokenCursor::TokenCursor(std::string_view text, std::vector<Token> tokens)
    : text_(text), tokens_(std::move(tokens)) {}

TokenKind TokenCursor::peek_second() const {
  return mistake_ || at_ + 1 >= tokens_.size() ? TokenKind::End : tokens_[at_ + 1].kind;
}

bool TokenCursor::at_word(std::string_view word) const {
  return peek() == TokenKind::Identifier && words() == word;
}

std::string_view TokenCursor::written(Span part) const {
  return text_.substr(part.begin, part.end - part.begin);
}

void TokenCursor::skip() {
  if (mistake_ || at_ + 1 >= tokens_.size()) return;
  last_end_ = tokens_[at_].span.end;
  ++at_;
}

bool TokenCursor::accept(TokenKind kind) {
  if (peek() != kind) return false;
  skip();
  return true;
}

bool TokenCursor::accept_word(std::string_view word) {
  if (!at_word(word)) return false;
  skip();
  return true;
}

void TokenCursor::expect(TokenKind kind, std::string_view called) {
  if (!accept(kind)) unexpected(called);
}

std::string TokenCursor::name() {
  if (peek() != TokenKind::Identifier) {
    unexpected("a name");
    return {};
  }
  if (is_reserved(words())) {
    mistake(in_backquotes(words()) + " is a word of the language and cannot be a name",
            "choose another name, or use [\"...\"]");
    return {};
  }
  std::string out(words());
  skip();
  return out;
}

std::string TokenCursor::type_name() {
  auto out = name();
  while (peek() == TokenKind::PathSeparator && peek_second() == TokenKind::Identifier) {
    skip();
    out += "::" + name();
  }
  return out;
}

EntityUid TokenCursor::entity() {
  EntityUid out;
  out.type = type_name();
  if (!failed() && peek() != TokenKind::PathSeparator) unexpected("an entity, Type::\"id\"");
  expect(TokenKind::PathSeparator, "`::`");
  out.id = string();
  return out;
}

std::string TokenCursor::string() {
  if (peek() != TokenKind::String) {
    unexpected("a text in double quotes");
    return {};
  }
  auto text = unescape(words());
  if (!text) {
    mistake("the string has an escape that Cedar does not know",
            R"(write \" \\ \n \r \t \0 \x41 or \u{1F600})");
    return {};
  }
  skip();
  return std::move(*text);
}

void TokenCursor::mistake(Span where, std::string what, std::string hint) {
  if (!mistake_) mistake_ = LexMistake{where, std::move(what), std::move(hint)};
}

void TokenCursor::unexpected(std::string_view expected) {
  auto what = peek() == TokenKind::End ? std::string("the text ends too early")
                                       : "unexpected " + in_backquotes(words());
  mistake(std::move(what), "expected " + std::string(expected));
}

void TokenCursor::recover() {
  mistake_.reset();
  while (peek() != TokenKind::End && peek() != TokenKind::Semicolon) skip();
  skip();
}

}  // namespace hub::policy
