#include "schemas/schema_text.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "schemas/text_rules.h"

namespace hub::schemas {
namespace {

constexpr std::string_view kMarks = "{}()[]:;,=.";
constexpr auto kAnyLength = std::numeric_limits<std::size_t>::max();

enum class TokenKind : std::uint8_t { Word, Number, String, Mark, End, Broken };

struct Token {
  TokenKind kind = TokenKind::End;
  std::string_view text;  // of a String: without its quotes
  std::size_t line = 1;

  [[nodiscard]] bool is(std::string_view mark) const {
    return kind == TokenKind::Mark && text == mark;
  }
};

bool word_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool number_part(char c) { return c >= '0' && c <= '9'; }
bool word_part(char c) { return word_start(c) || number_part(c); }

// Splits the text into words, numbers, strings and marks; comments are left out.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) {}

  Token next() {
    skip_blank();
    if (at_ == text_.size()) return {TokenKind::End, {}, line_};
    const char c = text_[at_];
    if (c == '"') return string();
    if (word_start(c)) return run(TokenKind::Word, word_part);
    if (number_part(c) || (c == '-' && at_ + 1 < text_.size() && number_part(text_[at_ + 1]))) {
      return run(TokenKind::Number, number_part);
    }
    const bool known = kMarks.find(c) != std::string_view::npos;
    return {known ? TokenKind::Mark : TokenKind::Broken, text_.substr(at_++, 1), line_};
  }

  [[nodiscard]] std::size_t position() const { return at_; }

 private:
  void skip_blank() {
    while (at_ < text_.size()) {
      const auto rest = text_.substr(at_);
      if (rest.starts_with("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (rest[0] == '\n') {
        ++line_;
        ++at_;
      } else if (rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r') {
        ++at_;
      } else {
        return;
      }
    }
  }

  Token run(TokenKind kind, bool (*belongs)(char)) {
    const std::size_t start = at_++;
    while (at_ < text_.size() && belongs(text_[at_])) ++at_;
    return {kind, text_.substr(start, at_ - start), line_};
  }

  // No escapes and no line breaks: a catalogue needs neither.
  Token string() {
    const std::size_t start = at_ + 1;
    const std::size_t end = text_.find_first_of("\"\\\n", start);
    if (end == std::string_view::npos || text_[end] != '"') return {TokenKind::Broken, {}, line_};
    at_ = end + 1;
    return {TokenKind::String, text_.substr(start, end - start), line_};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

// Reads declarations one by one. A mistake sticks, and every later step does nothing.
class Scanner {
 public:
  Scanner(const std::string& file, std::string_view text) : file_(file), tokens_(text) {
    out_.text = text;
    advance();
  }

  Result<SchemaText, CatalogueMistake> run() {
    while (!mistake_ && token_.kind != TokenKind::End) declaration();
    if (mistake_) return fail(*std::move(mistake_));
    return std::move(out_);
  }

 private:
  void advance() {
    end_of_last_ = tokens_.position();
    token_ = tokens_.next();
  }

  void wrong(std::string what, std::string hint) {
    if (mistake_) return;
    mistake_ = CatalogueMistake{file_, token_.line, std::move(what), std::move(hint)};
  }

  // Counts what is remembered, so that a file of names only cannot grow without bound.
  SchemaName remember(const Token& token) {
    if (++names_ > kMaxSchemaNames) wrong("the file has too many names", "split it");
    return {std::string(token.text), token.line};
  }

  Token expect(TokenKind kind, const char* what) {
    Token token = token_;
    if (token.kind != kind) {
      wrong(std::string("expected ") + what, "write it as the other catalogue files do");
      token.text = {};
    }
    if (!mistake_) advance();
    return token;
  }

  void expect_mark(const char* mark) {
    if (!token_.is(mark)) {
      wrong(std::string("expected '") + mark + "'", "write it as the other catalogue files do");
    }
    if (!mistake_) advance();
  }

  bool accept_mark(const char* mark) {
    if (mistake_ || !token_.is(mark)) return false;
    advance();
    return true;
  }

  void declaration() {
    const auto word = token_.kind == TokenKind::Word ? token_.text : std::string_view();
    if (word == "namespace") {
      advance();
      dotted();
      expect_mark(";");
    } else if (word == "include") {
      include();
    } else if (word == "attribute") {
      advance();
      expect(TokenKind::String, "the attribute's name in quotes");
      expect_mark(";");
    } else if (word == "enum") {
      advance();
      enumeration();
    } else if (word == "table") {
      advance();
      table();
    } else if (word == "root_type") {
      advance();
      out_.roots.push_back(remember(expect(TokenKind::Word, "the name of the table")));
      expect_mark(";");
    } else {
      wrong("this is not something a catalogue file may hold",
            "use namespace, include, attribute, enum, table and root_type only");
    }
  }

  void include() {
    const std::size_t start = tokens_.position() - token_.text.size();
    advance();
    const Token name = expect(TokenKind::String, "the file's name in quotes");
    out_.includes.push_back(remember(name));
    expect_mark(";");
    if (mistake_) return;
    const auto from = out_.text.begin() + static_cast<std::ptrdiff_t>(start);
    const auto to = out_.text.begin() + static_cast<std::ptrdiff_t>(end_of_last_);
    std::replace_if(from, to, [](char c) { return c != '\n'; }, ' ');
  }

  void dotted() {
    expect(TokenKind::Word, "a name");
    while (accept_mark(".")) expect(TokenKind::Word, "a name");
  }

  // (name: value, name: value), or nothing.
  void attributes() {
    if (!accept_mark("(")) return;
    attribute();
    while (accept_mark(",")) attribute();
    expect_mark(")");
  }

  void attribute() {
    expect(TokenKind::Word, "an attribute");
    if (!accept_mark(":")) return;
    if (token_.kind == TokenKind::String) {
      advance();
    } else {
      expect(TokenKind::Number, "a value in quotes or a number");
    }
  }

  void enumeration() {
    const Token name = expect(TokenKind::Word, "the name of the code list");
    SchemaEnum list{std::string(name.text), name.line, {}, {}};
    expect_mark(":");
    expect(TokenKind::Word, "the code list's integer type");
    attributes();
    expect_mark("{");
    while (!mistake_ && !token_.is("}")) {
      const Token code = expect(TokenKind::Word, "a code");
      list.values.push_back(remember(code));
      if (accept_mark("=")) {
        expect(TokenKind::Number, "the code's value");
      } else {
        list.implicit_values.push_back(list.values.back());
      }
      if (!accept_mark(",")) break;
    }
    if (list.values.empty()) wrong("a code list has at least one code", "add its codes");
    expect_mark("}");
    out_.enums.push_back(std::move(list));
  }

  void table() {
    const Token name = expect(TokenKind::Word, "the name of the table");
    SchemaTable table{std::string(name.text), name.line, {}};
    attributes();
    expect_mark("{");
    while (!mistake_ && !token_.is("}")) {
      table.fields.push_back(remember(expect(TokenKind::Word, "a field")));
      expect_mark(":");
      field_type();
      if (accept_mark("=")) default_value();
      attributes();
      expect_mark(";");
    }
    expect_mark("}");
    out_.tables.push_back(std::move(table));
  }

  void field_type() {
    if (accept_mark("[")) {
      dotted();
      expect_mark("]");
      return;
    }
    dotted();
  }

  void default_value() {
    if (token_.kind == TokenKind::Number) {
      advance();
    } else {
      expect(TokenKind::Word, "null");
    }
  }

  const std::string& file_;
  Tokens tokens_;
  Token token_;
  std::size_t end_of_last_ = 0;
  std::size_t names_ = 0;
  SchemaText out_;
  std::optional<CatalogueMistake> mistake_;
};

}  // namespace

std::size_t SchemaTable::line_of(std::string_view field) const {
  const auto at = std::ranges::find(fields, field, &SchemaName::name);
  return at == fields.end() ? line : at->line;
}

Result<SchemaText, CatalogueMistake> SchemaText::read(const std::string& file,
                                                      std::string_view text) {
  if (text.size() > kMaxSchemaBytes) {
    return fail(CatalogueMistake{file, 0, "the file is too large", "keep it under 256 KiB"});
  }
  if (check_characters(text, true, kAnyLength) != TextRule::Fine) {
    return fail(CatalogueMistake{file, 0, "the file is not plain UTF-8 text",
                                 "remove control characters and save it as UTF-8"});
  }
  return Scanner(file, text).run();
}

}  // namespace hub::schemas
