#include "policy/cedar/policy_parser.h"

#include <algorithm>

#include "policy/cedar/expression_parser.h"
#include "policy/cedar/names.h"
#include "policy/cedar/source_place.h"
#include "policy/cedar/token_cursor.h"

namespace hub::policy {
namespace {

constexpr std::size_t kMostMistakesShown = 20;

class PolicyParser {
 public:
  PolicyParser(TokenCursor& cursor, Policy& out) : cursor_(cursor), out_(out) {}

  void run() {
    const auto begin = cursor_.span().begin;
    while (cursor_.accept(TokenKind::At)) annotation();
    if (cursor_.accept_word("forbid")) {
      out_.effect = Effect::Forbid;
    } else if (!cursor_.accept_word("permit")) {
      cursor_.unexpected("`permit` or `forbid`");
    }
    head();
    while (cursor_.peek() != TokenKind::Semicolon && !cursor_.failed()) condition();
    cursor_.expect(TokenKind::Semicolon, "`;`");
    out_.span = {begin, cursor_.last_end()};
  }

 private:
  // Any identifier, keywords included, may name an annotation.
  void annotation() {
    if (cursor_.peek() != TokenKind::Identifier) {
      cursor_.unexpected("an annotation's name");
      return;
    }
    Annotation out{std::string(cursor_.words()), {}};
    const auto where = cursor_.span();
    cursor_.skip();
    if (cursor_.accept(TokenKind::OpenParen)) {
      out.value = cursor_.string();
      cursor_.expect(TokenKind::CloseParen, "`)`");
    }
    if (out_.annotation(out.name) != nullptr) {
      cursor_.mistake(where, "the annotation stands twice", "take one of them out");
    }
    out_.annotations.push_back(std::move(out));
  }

  void head() {
    cursor_.expect(TokenKind::OpenParen, "`(`");
    out_.principal = scope("principal");
    cursor_.expect(TokenKind::Comma, "`,` and then `action`");
    out_.action = action();
    cursor_.expect(TokenKind::Comma, "`,` and then `resource`");
    out_.resource = scope("resource");
    cursor_.accept(TokenKind::Comma);
    cursor_.expect(TokenKind::CloseParen, "`)`");
  }

  void variable(std::string_view name) {
    if (cursor_.accept_word(name)) return;
    cursor_.mistake("`" + std::string(name) + "` is missing",
                    "the head is (principal, action, resource), in this order");
  }

  Scope scope(std::string_view name) {
    const auto begin = cursor_.span().begin;
    variable(name);
    auto out = scope_behind(name);
    out.span = {begin, cursor_.last_end()};
    return out;
  }

  Scope scope_behind(std::string_view name) {
    Scope out;
    if (cursor_.accept_word("is")) {
      out.kind = Scope::Kind::Is;
      out.type = cursor_.type_name();
      if (!cursor_.accept_word("in")) return out;
      out.kind = Scope::Kind::IsIn;
    } else if (cursor_.accept(TokenKind::Equal)) {
      out.kind = Scope::Kind::Equal;
    } else if (cursor_.accept_word("in")) {
      out.kind = Scope::Kind::In;
    } else {
      return out;
    }
    if (cursor_.peek() == TokenKind::Slot) {
      out.slot = true;
      if (cursor_.words().substr(1) != name) {
        cursor_.unexpected("?" + std::string(name));
      }
      cursor_.skip();
    } else {
      out.entity = Value(cursor_.entity());
    }
    return out;
  }

  ActionScope action() {
    const auto begin = cursor_.span().begin;
    variable("action");
    auto out = action_behind();
    out.span = {begin, cursor_.last_end()};
    return out;
  }

  ActionScope action_behind() {
    ActionScope out;
    if (cursor_.accept(TokenKind::Equal)) {
      out.kind = ActionScope::Kind::Equal;
      action_entity(out);
    } else if (cursor_.accept_word("in")) {
      if (cursor_.peek() == TokenKind::OpenBracket) {
        out.kind = ActionScope::Kind::InAny;
        action_list(out);
      } else {
        out.kind = ActionScope::Kind::In;
        action_entity(out);
      }
    } else if (cursor_.at_word("is")) {
      cursor_.mistake("`is` cannot stand behind `action`", "use == or in");
    }
    return out;
  }

  void action_list(ActionScope& out) {
    cursor_.skip();
    while (cursor_.peek() != TokenKind::CloseBracket && !cursor_.failed()) {
      action_entity(out);
      if (!cursor_.accept(TokenKind::Comma)) break;
    }
    cursor_.expect(TokenKind::CloseBracket, "`]`");
  }

  void action_entity(ActionScope& out) {
    const auto where = cursor_.span();
    auto uid = cursor_.entity();
    if (!cursor_.failed() && !is_action_type(uid.type)) {
      cursor_.mistake(where, "an action has the type Action",
                      "write Action::\"id\", with its namespace before it if there is one");
    }
    out.actions.emplace_back(std::move(uid));
  }

  void condition() {
    Condition out;
    if (cursor_.accept_word("unless")) {
      out.unless = true;
    } else if (!cursor_.accept_word("when")) {
      cursor_.unexpected("`when`, `unless` or `;`");
      return;
    }
    cursor_.expect(TokenKind::OpenBrace, "`{`");
    if (cursor_.peek() == TokenKind::CloseBrace) {
      cursor_.mistake("the condition is empty", "say what must hold, or take it out");
    }
    out.body = expressions_.expression();
    cursor_.expect(TokenKind::CloseBrace, "`}`");
    out_.conditions.push_back(out);
  }

  TokenCursor& cursor_;
  Policy& out_;
  ExpressionParser expressions_{cursor_, out_.expressions};
};

}  // namespace

const std::string* Policy::annotation(std::string_view name) const {
  const auto found = std::ranges::find(annotations, name, &Annotation::name);
  return found == annotations.end() ? nullptr : &found->value;
}

std::string_view Policy::written(Span part) const {
  if (source == nullptr || part.end > source->size() || part.begin > part.end) return {};
  return std::string_view(*source).substr(part.begin, part.end - part.begin);
}

Result<std::vector<Policy>, std::vector<ParseError>> parse_policies(std::string_view text,
                                                                    std::string_view file,
                                                                    PolicyIds ids) {
  auto lexed = tokenize(text);
  std::vector<ParseError> mistakes;
  mistakes.reserve(lexed.mistakes.size());
  for (const auto& mistake : lexed.mistakes) mistakes.push_back(locate(mistake, text, file));
  if (!mistakes.empty()) return fail(std::move(mistakes));

  const auto source = std::make_shared<const std::string>(text);
  TokenCursor cursor(*source, std::move(lexed.tokens));
  std::vector<Policy> out;
  LineCounter lines(*source);
  while (cursor.peek() != TokenKind::End && mistakes.size() < kMostMistakesShown) {
    Policy policy;
    policy.file = file;
    policy.source = source;
    PolicyParser(cursor, policy).run();
    if (const auto& failed = cursor.failed()) {
      mistakes.push_back(locate(*failed, *source, file));
      cursor.recover();
      continue;
    }
    policy.line = lines.line_of(policy.span.begin);
    policy.id = "policy" + std::to_string(out.size());
    const auto* id = ids == PolicyIds::Annotated ? policy.annotation("id") : nullptr;
    if (id != nullptr) policy.id = *id;
    out.push_back(std::move(policy));
  }
  if (!mistakes.empty()) return fail(std::move(mistakes));
  return out;
}

Result<Expressions, ParseError> parse_expression(std::string_view text) {
  auto lexed = tokenize(text);
  if (!lexed.mistakes.empty()) return fail(locate(lexed.mistakes.front(), text, ""));
  Expressions out;
  TokenCursor cursor(text, std::move(lexed.tokens));
  ExpressionParser(cursor, out).expression();
  if (!cursor.failed() && cursor.peek() != TokenKind::End) cursor.unexpected("nothing more");
  if (const auto& failed = cursor.failed()) return fail(locate(*failed, text, ""));
  return out;
}

}  // namespace hub::policy
