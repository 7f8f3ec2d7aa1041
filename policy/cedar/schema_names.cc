#include "policy/cedar/schema_names.h"

#include <algorithm>
#include <array>
#include <utility>

#include "policy/cedar/parse_error.h"
#include "policy/cedar/shown_text.h"
#include "policy/cedar/token_cursor.h"

namespace hub::policy {
namespace {

constexpr std::string_view kActionType = "Action";

// The names a use may stand for, the nearest first.
std::vector<std::string> meanings(std::string_view space, std::string_view name) {
  if (space.empty() || name.find("::") != std::string_view::npos) return {std::string(name)};
  return {in_namespace(space, name), std::string(name)};
}

bool is_word_of_types(std::string_view name) {
  constexpr std::array<std::string_view, 8> words{"Bool", "Boolean", "Entity", "Extension",
                                                  "Long", "Record",  "Set",    "String"};
  return std::ranges::find(words, name) != words.end();
}

// The part behind the namespace; nothing when there is no namespace.
std::optional<std::string> without_namespace(std::string_view name) {
  const auto at = name.rfind("::");
  if (at == std::string_view::npos) return std::nullopt;
  return std::string(name.substr(at + 2));
}

}  // namespace

std::string in_namespace(std::string_view space, std::string_view name) {
  if (space.empty()) return std::string(name);
  return std::string(space) + "::" + std::string(name);
}

std::optional<Type::Kind> simple_type_called(std::string_view name) {
  constexpr std::string_view own = "__cedar::";
  if (name.starts_with(own)) name.remove_prefix(own.size());
  if (name == "Bool") return Type::Kind::Bool;
  if (name == "Long") return Type::Kind::Long;
  if (name == "String") return Type::Kind::String;
  if (name == "decimal") return Type::Kind::Decimal;
  if (name == "ipaddr") return Type::Kind::Ip;
  if (name == "datetime") return Type::Kind::Datetime;
  if (name == "duration") return Type::Kind::Duration;
  return std::nullopt;
}

SchemaNames::SchemaNames(const SchemaDraft& draft, std::vector<LexMistake>& mistakes)
    : mistakes_(mistakes) {
  for (const auto& space : draft) declare(space);
  for (const auto& space : draft) declare_actions(space);
  check_shadows();
}

void SchemaNames::declare(const DraftNamespace& space) {
  for (const auto& type : space.common_types) {
    const auto& [name, where] = type.name;
    if (is_word_of_types(name)) {
      mistake(where, in_backquotes(name) + " cannot name a common type", "choose another name");
    }
    if (!common_by_name_.emplace(in_namespace(space.name, name), common_types_.size()).second) {
      mistake(where, "the common type " + in_backquotes(name) + " is declared twice",
              "take one of them out");
    }
    common_types_.push_back({space.name, &type});
  }
  for (const auto& type : space.entity_types) {
    for (const auto& [name, where] : type.names) {
      if (name == kActionType) {
        mistake(where, "`Action` is the type of the actions", "choose another name");
      }
      if (!entity_types_.emplace(in_namespace(space.name, name), where).second) {
        mistake(where, "the entity type " + in_backquotes(name) + " is declared twice",
                "take one of them out");
      }
    }
  }
}

void SchemaNames::declare_actions(const DraftNamespace& space) {
  const auto type = in_namespace(space.name, kActionType);
  for (const auto& action : space.actions) {
    for (const auto& [id, where] : action.names) {
      entity_types_.emplace(type, where);
      const EntityUid uid{type, id};
      if (!actions_.emplace(uid, where).second) {
        mistake(where, "the action " + to_text(uid) + " is declared twice", "take one of them out");
      }
    }
  }
}

void SchemaNames::check_shadows() {
  const std::string hint = "give one of them another name, or put the other into a namespace too";
  const auto check = [&](const std::string& name, Span where) {
    const auto alone = without_namespace(name);
    if (!alone) return;
    const bool hides = common_by_name_.contains(*alone) ||
                       (*alone != kActionType && entity_types_.contains(*alone));
    if (!hides) return;
    mistake(
        where,
        in_backquotes(name) + " would hide " + in_backquotes(*alone) + " of the empty namespace",
        hint);
  };
  for (const auto& [name, index] : common_by_name_) {
    check(name, common_types_[index].draft->name.where);
  }
  for (const auto& [name, where] : entity_types_) {
    if (without_namespace(name) != kActionType) check(name, where);
  }
  for (const auto& [uid, where] : actions_) {
    const EntityUid alone{std::string(kActionType), uid.id};
    if (uid.type == kActionType || !actions_.contains(alone)) continue;
    mistake(where, to_text(uid) + " would hide " + to_text(alone) + " of the empty namespace",
            hint);
  }
}

std::optional<std::size_t> SchemaNames::common_type(std::string_view space,
                                                    std::string_view name) const {
  for (const auto& meant : meanings(space, name)) {
    const auto found = common_by_name_.find(meant);
    if (found != common_by_name_.end()) return found->second;
  }
  return std::nullopt;
}

std::optional<std::string> SchemaNames::entity_type(std::string_view space,
                                                    std::string_view name) const {
  for (auto& meant : meanings(space, name)) {
    if (entity_types_.contains(meant)) return std::move(meant);
  }
  return std::nullopt;
}

std::optional<EntityUid> SchemaNames::action(std::string_view space,
                                             const DraftGroup& group) const {
  for (auto& meant : meanings(space, group.type)) {
    EntityUid uid{std::move(meant), group.id};
    if (actions_.contains(uid)) return uid;
  }
  return std::nullopt;
}

void SchemaNames::mistake(Span where, std::string what, std::string hint) {
  mistakes_.push_back({where, std::move(what), std::move(hint)});
}

}  // namespace hub::policy
