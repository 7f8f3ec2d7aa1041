#include "policy/cedar/schema_text.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "policy/cedar/schema_resolve.h"
#include "policy/cedar/source_place.h"
#include "policy/cedar/token_cursor.h"

namespace hub::policy {
namespace {

constexpr std::size_t kMostSchemaMistakes = 20;

class SchemaReader {
 public:
  explicit SchemaReader(TokenCursor& cursor) : cursor_(cursor) { draft_.emplace_back(); }

  void run() {
    while (cursor_.peek() != TokenKind::End && mistakes_.size() < kMostSchemaMistakes) {
      annotations();
      if (cursor_.accept_word("namespace")) {
        if (!name_space()) return;
      } else {
        declaration(draft_.front());
        go_on_behind_mistake();
      }
    }
  }

  [[nodiscard]] const SchemaDraft& draft() const { return draft_; }
  [[nodiscard]] const std::vector<LexMistake>& mistakes() const { return mistakes_; }

 private:
  // False when its head is wrong, since what follows would then be read in the wrong namespace.
  bool name_space() {
    const auto head = cursor_.span();
    DraftNamespace out;
    out.name = path(Names::OurOwn);
    if (!cursor_.failed() && !spaces_.insert(out.name).second) {
      cursor_.mistake(head, "the namespace stands twice", "put both parts into one");
    }
    cursor_.expect(TokenKind::OpenBrace, "`{`");
    if (cursor_.failed()) {
      go_on_behind_mistake();
      return false;
    }
    while (cursor_.peek() != TokenKind::CloseBrace && mistakes_.size() < kMostSchemaMistakes) {
      if (!mistakes_.empty() &&
          (cursor_.peek() == TokenKind::End || cursor_.at_word("namespace"))) {
        return true;
      }
      annotations();
      declaration(out);
      go_on_behind_mistake();
    }
    cursor_.skip();
    draft_.push_back(std::move(out));
    return true;
  }

  void go_on_behind_mistake() {
    const auto failed = cursor_.failed();
    if (!failed) return;
    mistakes_.push_back(*failed);
    cursor_.recover();
    while (cursor_.peek() != TokenKind::End && !at_declaration()) cursor_.skip();
  }

  [[nodiscard]] bool at_declaration() const {
    return cursor_.peek() == TokenKind::At || cursor_.at_word("entity") ||
           cursor_.at_word("action") || cursor_.at_word("type") || cursor_.at_word("namespace");
  }

  // Any identifier, keywords included, may name an annotation.
  void annotations() {
    std::set<std::string_view> seen;
    while (cursor_.accept(TokenKind::At)) {
      const auto where = cursor_.span();
      const auto name = cursor_.words();
      cursor_.expect(TokenKind::Identifier, "an annotation's name");
      if (!seen.insert(name).second) {
        cursor_.mistake(where, "the annotation stands twice", "take one of them out");
      }
      if (!cursor_.accept(TokenKind::OpenParen)) continue;
      static_cast<void>(cursor_.string());
      cursor_.expect(TokenKind::CloseParen, "`)`");
    }
  }

  void declaration(DraftNamespace& into) {
    if (cursor_.accept_word("entity")) {
      into.entity_types.push_back(entity_type());
    } else if (cursor_.accept_word("action")) {
      into.actions.push_back(action());
    } else if (cursor_.accept_word("type")) {
      DraftCommonType out;
      out.name = declared_name();
      cursor_.expect(TokenKind::Assign, "`=`");
      out.type = type(0);
      into.common_types.push_back(std::move(out));
    } else {
      cursor_.unexpected(into.name.empty() ? "`entity`, `action`, `type` or `namespace`"
                                           : "`entity`, `action`, `type` or `}`");
    }
    cursor_.expect(TokenKind::Semicolon, "`;`");
  }

  DraftEntityType entity_type() {
    DraftEntityType out;
    out.names.push_back(declared_name());
    while (cursor_.accept(TokenKind::Comma)) out.names.push_back(declared_name());
    if (cursor_.accept_word("enum")) {
      out.enumeration = enumeration();
      return out;
    }
    if (cursor_.accept_word("in")) out.member_of = type_names();
    const bool assigned = cursor_.accept(TokenKind::Assign);
    if (assigned || cursor_.peek() == TokenKind::OpenBrace) out.shape = record(0);
    if (cursor_.accept_word("tags")) out.tags = type(0);
    return out;
  }

  std::vector<std::string> enumeration() {
    std::vector<std::string> out;
    cursor_.expect(TokenKind::OpenBracket, "`[`");
    out.push_back(cursor_.string());
    while (cursor_.accept(TokenKind::Comma)) out.push_back(cursor_.string());
    cursor_.expect(TokenKind::CloseBracket, "`,` or `]`");
    return out;
  }

  DraftAction action() {
    DraftAction out;
    out.names.push_back(name_or_text());
    while (cursor_.accept(TokenKind::Comma)) out.names.push_back(name_or_text());
    if (cursor_.accept_word("in")) out.member_of = groups();
    if (cursor_.at_word("appliesTo")) applies_to(out);
    if (cursor_.accept_word("attributes")) {
      cursor_.expect(TokenKind::OpenBrace, "`{`");
      cursor_.expect(TokenKind::CloseBrace, "`}`: actions have no attributes");
    }
    return out;
  }

  std::vector<DraftGroup> groups() {
    std::vector<DraftGroup> out;
    if (!cursor_.accept(TokenKind::OpenBracket)) {
      out.push_back(group());
      return out;
    }
    out.push_back(group());
    while (cursor_.accept(TokenKind::Comma)) out.push_back(group());
    cursor_.expect(TokenKind::CloseBracket, "`,` or `]`");
    return out;
  }

  // name, "name" or Type::"name"
  DraftGroup group() {
    DraftGroup out{"Action", {}, cursor_.span()};
    if (cursor_.peek() == TokenKind::String) {
      out.id = cursor_.string();
      return out;
    }
    auto name = path(Names::Any);
    if (!cursor_.accept(TokenKind::PathSeparator)) {
      if (name.find(':') != std::string::npos) cursor_.unexpected("`::` and the action's name");
      out.id = std::move(name);
      return out;
    }
    out.type = std::move(name);
    out.id = cursor_.string();
    return out;
  }

  void applies_to(DraftAction& out) {
    const auto where = cursor_.span();
    cursor_.skip();
    cursor_.expect(TokenKind::OpenBrace, "`{`");
    std::set<std::string_view> seen;
    for (bool more = true; more; more = cursor_.accept(TokenKind::Comma)) {
      const auto part = cursor_.span();
      const auto word = cursor_.words();
      if (!seen.empty() && cursor_.peek() == TokenKind::CloseBrace) break;
      if (!cursor_.failed() && !seen.insert(word).second) {
        cursor_.mistake(part, "`" + std::string(word) + "` stands twice", "put both into one");
      }
      applies_to_part(out);
    }
    cursor_.expect(TokenKind::CloseBrace, "`,` or `}`");
    if (cursor_.failed() || (!out.principals.empty() && !out.resources.empty())) return;
    cursor_.mistake(where, "an action applies to principals and to resources",
                    "write both, principal: Type, resource: Type, or leave out appliesTo");
  }

  void applies_to_part(DraftAction& out) {
    const bool principal = cursor_.at_word("principal");
    const bool resource = cursor_.at_word("resource");
    if (!principal && !resource && !cursor_.at_word("context")) {
      cursor_.unexpected("`principal`, `resource` or `context`");
      return;
    }
    cursor_.skip();
    cursor_.expect(TokenKind::Colon, "`:`");
    if (principal || resource) {
      (principal ? out.principals : out.resources) = type_names();
    } else if (cursor_.peek() == TokenKind::OpenBrace) {
      out.context = record(0);
    } else {
      out.context.emplace();
      out.context->kind = DraftType::Kind::Common;
      out.context->name = type_name();
    }
  }

  DraftType type(std::size_t depth) {
    if (cursor_.peek() == TokenKind::OpenBrace) return record(depth);
    DraftType out;
    if (!cursor_.at_word("Set") || cursor_.peek_second() != TokenKind::Less) {
      out.kind = DraftType::Kind::Named;
      out.name = type_name();
      return out;
    }
    out.kind = DraftType::Kind::Set;
    if (too_deep(depth)) return out;
    cursor_.skip();
    cursor_.skip();
    out.element.push_back(type(depth + 1));
    cursor_.expect(TokenKind::Greater, "`>`");
    return out;
  }

  DraftType record(std::size_t depth) {
    DraftType out;
    if (too_deep(depth)) return out;
    cursor_.expect(TokenKind::OpenBrace, "`{`");
    std::map<std::string, std::size_t> places;
    while (cursor_.peek() != TokenKind::CloseBrace && !cursor_.failed()) {
      annotations();
      DraftAttribute attribute;
      attribute.name = name_or_text().name;
      attribute.required = !cursor_.accept(TokenKind::Question);
      cursor_.expect(TokenKind::Colon, "`:`");
      attribute.type = type(depth + 1);
      const auto [at, fresh] = places.try_emplace(attribute.name, out.attributes.size());
      if (fresh) out.attributes.emplace_back();
      // The last of a name counts, and nothing that the others say.
      out.attributes[at->second] = std::move(attribute);
      if (!cursor_.accept(TokenKind::Comma)) break;
    }
    cursor_.expect(TokenKind::CloseBrace, "`,` or `}`");
    return out;
  }

  bool too_deep(std::size_t depth) {
    if (depth < kMaxSchemaDepth) return false;
    cursor_.mistake("the types are nested too deeply", "give an inner type a name of its own");
    return true;
  }

  std::vector<DraftName> type_names() {
    std::vector<DraftName> out;
    if (!cursor_.accept(TokenKind::OpenBracket)) {
      out.push_back(type_name());
      return out;
    }
    while (cursor_.peek() != TokenKind::CloseBracket || !out.empty()) {
      out.push_back(type_name());
      if (!cursor_.accept(TokenKind::Comma)) break;
    }
    cursor_.expect(TokenKind::CloseBracket, "`,` or `]`");
    return out;
  }

  DraftName type_name() {
    const auto begin = cursor_.span().begin;
    auto name = path(Names::Any);
    return {std::move(name), {begin, cursor_.last_end()}};
  }

  DraftName name_or_text() {
    const auto where = cursor_.span();
    return {cursor_.peek() == TokenKind::String ? cursor_.string() : identifier(Names::Any), where};
  }

  DraftName declared_name() {
    const auto where = cursor_.span();
    return {identifier(Names::OurOwn), where};
  }

  // What may be declared leaves out __cedar, which is the language's own.
  enum class Names : std::uint8_t { Any, OurOwn };

  std::string path(Names which) {
    auto out = identifier(which);
    while (cursor_.peek() == TokenKind::PathSeparator &&
           cursor_.peek_second() == TokenKind::Identifier) {
      cursor_.skip();
      out += "::" + identifier(which);
    }
    return out;
  }

  std::string identifier(Names which) {
    const bool word = cursor_.peek() == TokenKind::Identifier;
    if (word && cursor_.words() == "__cedar") {
      if (which == Names::OurOwn) {
        cursor_.mistake("`__cedar` is the language's own name", "choose another name");
      }
    } else if (word && is_reserved(cursor_.words())) {
      cursor_.mistake("`" + std::string(cursor_.words()) + "` is a word of the language",
                      "choose another name; attributes and actions may stand in double quotes");
    } else {
      return cursor_.name();
    }
    cursor_.skip();
    return "__cedar";
  }

  TokenCursor& cursor_;
  SchemaDraft draft_;
  std::set<std::string> spaces_;
  std::vector<LexMistake> mistakes_;
};

std::vector<ParseError> located(const std::vector<LexMistake>& mistakes, std::string_view text,
                                std::string_view file) {
  std::vector<ParseError> out;
  out.reserve(mistakes.size());
  for (const auto& mistake : mistakes) out.push_back(locate(mistake, text, file));
  return out;
}

}  // namespace

Result<Schema, std::vector<ParseError>> parse_schema(std::string_view text, std::string_view file) {
  auto lexed = tokenize(text);
  if (!lexed.mistakes.empty()) return fail(located(lexed.mistakes, text, file));
  TokenCursor cursor(text, std::move(lexed.tokens));
  SchemaReader reader(cursor);
  reader.run();
  if (!reader.mistakes().empty()) return fail(located(reader.mistakes(), text, file));
  auto schema = resolve_schema(reader.draft());
  if (!schema) return fail(located(schema.error(), text, file));
  return std::move(*schema);
}

}  // namespace hub::policy
