// Cedar text to tokens, and the strings inside string tokens.
//
// A token is its kind and where it stands; the text is looked at again by whoever needs it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/cedar/expression.h"

namespace hub::policy {

enum class TokenKind : std::uint8_t {
  End,
  Identifier,  // keywords too
  Integer,
  String,
  Slot,      // ?principal
  Question,  // alone, in schemas: name?: Type
  At,
  OpenParen,
  CloseParen,
  OpenBrace,
  CloseBrace,
  OpenBracket,
  CloseBracket,
  Comma,
  Semicolon,
  Colon,
  PathSeparator,
  Dot,
  Or,
  And,
  Not,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Plus,
  Minus,
  Star,
  Slash,
  Percent,
  Assign,
};

struct Token {
  TokenKind kind = TokenKind::End;
  Span span;
};

struct LexMistake {
  Span span;
  std::string what;
  std::string hint;
};

struct Lexed {
  std::vector<Token> tokens;  // the last is End
  std::vector<LexMistake> mistakes;
};

// Goes on behind a character it does not know, so that one look finds many mistakes; a text that
// is too large or not UTF-8 gives no tokens but End.
[[nodiscard]] Lexed tokenize(std::string_view text);

// The text between the quotes of a string token, escapes resolved. Nothing when an escape is not
// one of Cedar's: \" \\ \' \n \r \t \0 \xHH (up to 7F) \u{H...}.
[[nodiscard]] std::optional<std::string> unescape(std::string_view quoted);
// The same for a `like` pattern, where * is a wildcard and \* a star.
[[nodiscard]] std::optional<Pattern> unescape_pattern(std::string_view quoted);

}  // namespace hub::policy
