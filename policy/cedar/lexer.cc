#include "policy/cedar/lexer.h"

#include <array>
#include <utility>

#include "policy/cedar/policy_set.h"
#include "policy/cedar/unicode.h"

namespace hub::policy {
namespace {

constexpr std::size_t kMaxMistakes = 20;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool starts_identifier(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool continues_identifier(char c) { return starts_identifier(c) || is_digit(c); }

using Sign = std::pair<std::string_view, TokenKind>;

// Longer signs before their beginnings.
constexpr std::array kSigns{
    Sign{"::", TokenKind::PathSeparator}, Sign{"||", TokenKind::Or},
    Sign{"&&", TokenKind::And},           Sign{"==", TokenKind::Equal},
    Sign{"!=", TokenKind::NotEqual},      Sign{"<=", TokenKind::LessEqual},
    Sign{">=", TokenKind::GreaterEqual},  Sign{"<", TokenKind::Less},
    Sign{">", TokenKind::Greater},        Sign{"!", TokenKind::Not},
    Sign{"=", TokenKind::Assign},         Sign{"@", TokenKind::At},
    Sign{"(", TokenKind::OpenParen},      Sign{")", TokenKind::CloseParen},
    Sign{"{", TokenKind::OpenBrace},      Sign{"}", TokenKind::CloseBrace},
    Sign{"[", TokenKind::OpenBracket},    Sign{"]", TokenKind::CloseBracket},
    Sign{",", TokenKind::Comma},          Sign{";", TokenKind::Semicolon},
    Sign{":", TokenKind::Colon},          Sign{".", TokenKind::Dot},
    Sign{"+", TokenKind::Plus},           Sign{"-", TokenKind::Minus},
    Sign{"*", TokenKind::Star},           Sign{"/", TokenKind::Slash},
    Sign{"%", TokenKind::Percent},        Sign{"?", TokenKind::Question},
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Lexed run() && {
    skip_blank();
    while (at_ < text_.size() && out_.mistakes.size() < kMaxMistakes) {
      if (out_.tokens.size() >= kMaxPolicyTokens) {
        mistake(at_, "too many tokens", "make it shorter or split it over several files");
        break;
      }
      next();
      skip_blank();
    }
    add(TokenKind::End, text_.size(), text_.size());
    return std::move(out_);
  }

 private:
  void add(TokenKind kind, std::size_t begin, std::size_t end) {
    out_.tokens.push_back({kind, span(begin, end)});
  }

  static Span span(std::size_t begin, std::size_t end) {
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  }

  void mistake(std::size_t begin, std::string what, std::string hint) {
    out_.mistakes.push_back({span(begin, at_), std::move(what), std::move(hint)});
  }

  void skip_blank() {
    while (at_ < text_.size()) {
      if (text_.substr(at_, 2) == "//") {
        const auto end = text_.find_first_of("\r\n", at_);
        at_ = end == std::string_view::npos ? text_.size() : end;
        continue;
      }
      const auto point = first_code_point(text_.substr(at_));
      if (!point || !is_white_space(point->value)) return;
      at_ += point->size;
    }
  }

  template <class Test>
  void take_while(Test test) {
    while (at_ < text_.size() && test(text_[at_])) ++at_;
  }

  void next() {
    const auto begin = at_;
    const char c = text_[at_];
    if (starts_identifier(c)) {
      take_while(continues_identifier);
      add(TokenKind::Identifier, begin, at_);
    } else if (is_digit(c)) {
      take_while(is_digit);
      add(TokenKind::Integer, begin, at_);
    } else if (c == '"') {
      string();
    } else if (c == '?' && at_ + 1 < text_.size() && starts_identifier(text_[at_ + 1])) {
      ++at_;
      take_while(continues_identifier);
      add(TokenKind::Slot, begin, at_);
    } else {
      sign();
    }
  }

  void sign() {
    const auto begin = at_;
    for (const auto& [spelling, kind] : kSigns) {
      if (!text_.substr(at_).starts_with(spelling)) continue;
      at_ += spelling.size();
      add(kind, begin, at_);
      return;
    }
    const auto point = first_code_point(text_.substr(at_));
    at_ += point ? point->size : 1;
    mistake(begin, "a character that Cedar does not use", "take it out or put it in a string");
  }

  void string() {
    const auto begin = at_;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        add(TokenKind::String, begin, at_);
        return;
      }
      if (text_[at_] != '\\') continue;
      ++at_;
      if (at_ < text_.size() && text_[at_] == '\n') break;
    }
    at_ = text_.size();
    mistake(begin, "a string that does not end", "close it with a double quote");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Lexed out_;
};

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Two hexadecimal digits, at most 7F. `rest` starts behind the x.
bool hex_escape(std::string_view& rest, std::string& out) {
  if (rest.size() < 2) return false;
  const int high = hex_value(rest[0]);
  const int low = hex_value(rest[1]);
  if (high < 0 || high > 7 || low < 0) return false;
  out += static_cast<char>(high * 16 + low);
  rest.remove_prefix(2);
  return true;
}

// {H...}: one to six digits, underscores between and behind them. `rest` starts behind the u.
bool unicode_escape(std::string_view& rest, std::string& out) {
  const auto close = rest.find('}');
  if (!rest.starts_with('{') || close == std::string_view::npos || rest[1] == '_') return false;
  char32_t value = 0;
  int digits = 0;
  for (const char c : rest.substr(1, close - 1)) {
    if (c == '_') continue;
    const int digit = hex_value(c);
    if (digit < 0 || ++digits > 6) return false;
    value = value * 16 + static_cast<char32_t>(digit);
  }
  rest.remove_prefix(close + 1);
  return digits > 0 && append_code_point(out, value);
}

// `rest` starts behind the backslash.
bool escape(std::string_view& rest, std::string& out) {
  if (rest.empty()) return false;
  const char kind = rest.front();
  rest.remove_prefix(1);
  switch (kind) {
    case '"':
    case '\\':
    case '\'': out += kind; return true;
    case 'n': out += '\n'; return true;
    case 'r': out += '\r'; return true;
    case 't': out += '\t'; return true;
    case '0': out += '\0'; return true;
    case 'x': return hex_escape(rest, out);
    case 'u': return unicode_escape(rest, out);
    default: return false;
  }
}

std::string_view between_quotes(std::string_view quoted) {
  return quoted.size() < 2 ? std::string_view() : quoted.substr(1, quoted.size() - 2);
}

}  // namespace

Lexed tokenize(std::string_view text) {
  if (text.size() > kMaxPolicyBytes) {
    return {{Token{}},
            {{{}, "the text is too large", "make it shorter or split it over several files"}}};
  }
  if (const auto at = first_malformed(text)) {
    const auto where = static_cast<std::uint32_t>(*at);
    return {{Token{}}, {{{where, where}, "the text is not UTF-8", "save the file as UTF-8"}}};
  }
  return Lexer(text).run();
}

std::optional<std::string> unescape(std::string_view quoted) {
  std::string out;
  auto rest = between_quotes(quoted);
  out.reserve(rest.size());
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '\r') return std::nullopt;
    if (c != '\\') {
      out += c;
    } else if (!escape(rest, out)) {
      return std::nullopt;
    }
  }
  return out;
}

std::optional<Pattern> unescape_pattern(std::string_view quoted) {
  Pattern out(1);
  auto rest = between_quotes(quoted);
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '\r') return std::nullopt;
    if (c == '*') {
      out.emplace_back();
    } else if (c != '\\') {
      out.back() += c;
    } else if (rest.starts_with('*')) {
      rest.remove_prefix(1);
      out.back() += '*';
    } else if (!escape(rest, out.back())) {
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace hub::policy
