#include "policy/cedar/schema_resolve.h"

#include <algorithm>
#include <map>
#include <utility>

#include "policy/cedar/parse_error.h"
#include "policy/cedar/schema_names.h"
#include "policy/cedar/shown_text.h"
#include "policy/cedar/token_cursor.h"

namespace hub::policy {
namespace {

constexpr std::size_t kMostMistakesKept = 20;

// A type with how large and deep it is when common types are written out.
struct SizedType {
  TypePtr type;
  std::size_t size = 1;
  std::size_t depth = 1;
};

SizedType sized(TypePtr type) { return {std::move(type)}; }

bool is_action_type_name(std::string_view name) {
  return name == "Action" || name.ends_with("::Action");
}

class SchemaResolver {
 public:
  explicit SchemaResolver(const SchemaDraft& draft) : draft_(draft) {}

  Result<Schema, std::vector<LexMistake>> run() && {
    if (mistakes_.empty()) count();
    if (mistakes_.empty()) resolve_common_types();
    if (!mistakes_.empty()) return refused();
    for (const auto& space : draft_) {
      for (const auto& type : space.entity_types) add_entity_types(space.name, type);
      for (const auto& action : space.actions) add_actions(space.name, action);
    }
    if (mistakes_.empty()) check_action_cycles();
    if (mistakes_.empty() && total_size_ > kMaxSchemaTypeSizes) {
      mistake({}, "the types of the schema are too large", "make them smaller");
    }
    if (!mistakes_.empty()) return refused();
    return Schema(std::move(entity_types_), std::move(actions_));
  }

 private:
  tl::unexpected<std::vector<LexMistake>> refused() {
    if (mistakes_.size() > kMostMistakesKept) mistakes_.resize(kMostMistakesKept);
    return fail(std::move(mistakes_));
  }

  void count() {
    std::size_t types = 0;
    std::size_t actions = 0;
    std::size_t references = 0;
    for (const auto& space : draft_) {
      for (const auto& type : space.entity_types) {
        types += type.names.size();
        references += type.names.size() * type.member_of.size();
      }
      for (const auto& action : space.actions) {
        actions += action.names.size();
        references += action.names.size() * (action.member_of.size() + action.principals.size() +
                                             action.resources.size());
      }
    }
    if (types > kMaxSchemaTypes) {
      mistake({}, "there are too many entity types", "the most is 2000");
    }
    if (actions > kMaxSchemaActions) mistake({}, "there are too many actions", "the most is 2000");
    if (references > kMaxSchemaReferences) {
      mistake({}, "there are too many parents, principals and resources", "the most is 100000");
    }
  }

  // Each after those it needs, without recursion: a chain of common types may be long.
  void resolve_common_types() {
    const auto& all = names_.common_types();
    common_types_.resize(all.size());
    std::vector<std::vector<std::size_t>> needs(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      list_needed(all[i].space, all[i].draft->type, needs[i]);
    }
    enum class State : std::uint8_t { New, Open, Done };
    std::vector<State> states(all.size(), State::New);
    std::vector<std::size_t> open;
    for (std::size_t start = 0; start < all.size(); ++start) {
      if (states[start] == State::New) open.push_back(start);
      while (!open.empty()) {
        const auto at = open.back();
        states[at] = State::Open;
        if (needs[at].empty()) {
          at_ = all[at].draft->name.where;
          common_types_[at] = type(all[at].space, all[at].draft->type);
          states[at] = State::Done;
          open.pop_back();
          continue;
        }
        const auto next = needs[at].back();
        needs[at].pop_back();
        if (states[next] == State::New) open.push_back(next);
        if (states[next] == State::Open) {
          const auto& [name, where] = all[next].draft->name;
          mistake(where, "the common type " + in_backquotes(name) + " is part of itself",
                  "break the circle");
          return;
        }
      }
    }
  }

  void list_needed(std::string_view space, const DraftType& from, std::vector<std::size_t>& out) {
    if (from.kind == DraftType::Kind::Named || from.kind == DraftType::Kind::Common) {
      if (const auto found = names_.common_type(space, from.name.name)) out.push_back(*found);
    }
    for (const auto& element : from.element) list_needed(space, element, out);
    for (const auto& attribute : from.attributes) list_needed(space, attribute.type, out);
  }

  SizedType type(std::string_view space, const DraftType& from) {
    switch (from.kind) {
      case DraftType::Kind::Simple: return sized(Type::simple(from.simple));
      case DraftType::Kind::Named:
      case DraftType::Kind::Common:
      case DraftType::Kind::Entity: return named(space, from);
      case DraftType::Kind::Set: return set(space, from);
      case DraftType::Kind::Record: return record(space, from);
    }
    return {};
  }

  SizedType named(std::string_view space, const DraftType& from) {
    const auto& name = from.name.name;
    if (from.kind != DraftType::Kind::Entity) {
      if (const auto found = names_.common_type(space, name)) return common_types_[*found];
    }
    if (from.kind != DraftType::Kind::Common) {
      if (auto found = names_.entity_type(space, name)) return sized(entity_type(*found));
    }
    if (from.kind != DraftType::Kind::Entity) {
      if (const auto found = simple_type_called(name)) return sized(Type::simple(*found));
    }
    unknown(from);
    return sized(Type::record({}));
  }

  void unknown(const DraftType& from) {
    const auto& [name, where] = from.name;
    if (name == "Boolean") {
      mistake(where, "`Boolean` is no type", "write Bool");
      return;
    }
    std::string_view kinds = "common or entity type";
    if (from.kind == DraftType::Kind::Common) kinds = "common type";
    if (from.kind == DraftType::Kind::Entity) kinds = "entity type";
    mistake(where, in_backquotes(name) + " is not declared as a " + std::string(kinds),
            "declare it, or write its namespace before it");
  }

  TypePtr entity_type(const std::string& name) {
    auto& kept = entity_type_ptrs_[name];
    if (!kept) kept = Type::entity(name);
    return kept;
  }

  SizedType set(std::string_view space, const DraftType& from) {
    auto element = type(space, from.element.front());
    SizedType out{Type::set_of(std::move(element.type)), element.size + 1, element.depth + 1};
    check_size(out);
    return out;
  }

  SizedType record(std::string_view space, const DraftType& from) {
    SizedType out;
    std::map<std::string_view, AttributeType> attributes;
    for (const auto& attribute : from.attributes) {
      auto held = type(space, attribute.type);
      out.size += held.size;
      out.depth = std::max(out.depth, held.depth + 1);
      attributes[attribute.name] = {attribute.name, std::move(held.type), attribute.required};
    }
    AttributeTypes list;
    list.reserve(attributes.size());
    for (auto& [name, attribute] : attributes) list.push_back(std::move(attribute));
    out.type = Type::record(std::move(list));
    check_size(out);
    return out;
  }

  // What is too large is replaced, so that sizes stay small numbers.
  void check_size(SizedType& type) {
    if (type.size <= kMaxTypeSize && type.depth <= kMaxSchemaDepth) return;
    mistake(at_, "a type is too large or too deep when its common types are written out",
            "make it smaller");
    type = sized(Type::simple(Type::Kind::Bool));
  }

  // A type where only a record may stand.
  AttributeTypes attributes(std::string_view space, const std::optional<DraftType>& from,
                            const std::string& of, std::size_t times) {
    if (!from) return {};
    const auto found = type(space, *from);
    total_size_ += found.size * times;
    if (total_size_ > kMaxSchemaTypeSizes) return {};
    if (found.type->kind() == Type::Kind::Record) return found.type->attributes();
    mistake(at_, of + " is not a record", "write {name: Type, ...} or the name of such a type");
    return {};
  }

  void add_entity_types(std::string_view space, const DraftEntityType& from) {
    EntityType out;
    const auto& first = from.names.front();
    at_ = first.where;
    const auto times = from.names.size();
    out.member_of = entity_types(space, from.member_of);
    out.attributes =
        attributes(space, from.shape, "the shape of " + in_backquotes(first.name), times);
    if (from.tags) {
      auto tags = type(space, *from.tags);
      total_size_ += tags.size * times;
      out.tags = std::move(tags.type);
    }
    out.enumeration = from.enumeration;
    if (out.enumeration) total_size_ += out.enumeration->size() * times;
    if (total_size_ > kMaxSchemaTypeSizes) return;
    for (const auto& name : from.names) {
      out.name = in_namespace(space, name.name);
      entity_types_.push_back(out);
    }
  }

  void add_actions(std::string_view space, const DraftAction& from) {
    ActionType out;
    const auto& first = from.names.front();
    at_ = first.where;
    for (const auto& group : from.member_of) {
      if (auto found = names_.action(space, group)) {
        out.member_of.push_back(std::move(*found));
      } else {
        mistake(group.where,
                "the action " + to_text(EntityUid{group.type, group.id}) + " is not declared",
                "declare it, or write its namespace before it");
      }
    }
    out.principals = entity_types(space, from.principals);
    out.resources = entity_types(space, from.resources);
    out.context = attributes(space, from.context, "the context of " + in_backquotes(first.name),
                             from.names.size());
    if (total_size_ > kMaxSchemaTypeSizes) return;
    for (const auto& name : from.names) {
      out.uid = {in_namespace(space, "Action"), name.name};
      actions_.push_back(out);
    }
  }

  std::vector<std::string> entity_types(std::string_view space,
                                        const std::vector<DraftName>& from) {
    std::vector<std::string> out;
    for (const auto& [name, where] : from) {
      auto found = names_.entity_type(space, name);
      if (!found) {
        mistake(where, in_backquotes(name) + " is not declared as an entity type",
                "declare it, or write its namespace before it");
      } else if (is_action_type_name(*found)) {
        mistake(where, in_backquotes(name) + " is the type of the actions",
                "name another entity type");
      } else {
        out.push_back(std::move(*found));
      }
    }
    return out;
  }

  // Takes away actions that are in no group, again and again; what stays is in a cycle or below.
  void check_action_cycles() {
    std::map<EntityUid, std::size_t> groups_left;
    std::map<EntityUid, std::vector<EntityUid>> members;
    std::vector<EntityUid> open;
    for (const auto& action : actions_) {
      groups_left[action.uid] = action.member_of.size();
      if (action.member_of.empty()) open.push_back(action.uid);
      for (const auto& group : action.member_of) members[group].push_back(action.uid);
    }
    std::size_t done = 0;
    for (; !open.empty(); ++done) {
      const auto uid = std::move(open.back());
      open.pop_back();
      for (const auto& member : members[uid]) {
        if (--groups_left[member] == 0) open.push_back(member);
      }
    }
    if (done == actions_.size()) return;
    const auto left =
        std::ranges::find_if(groups_left, [](const auto& it) { return it.second > 0; });
    mistake(names_.place_of(left->first),
            "the groups of the action " + to_text(left->first) + " form a circle",
            "take it out of one of its groups");
  }

  void mistake(Span where, std::string what, std::string hint) {
    if (mistakes_.size() >= kMostMistakesKept) return;
    mistakes_.push_back({where, std::move(what), std::move(hint)});
  }

  const SchemaDraft& draft_;
  std::vector<LexMistake> mistakes_;
  SchemaNames names_{draft_, mistakes_};
  std::vector<SizedType> common_types_;
  std::map<std::string, TypePtr> entity_type_ptrs_;
  std::vector<EntityType> entity_types_;
  std::vector<ActionType> actions_;
  std::size_t total_size_ = 0;
  Span at_;  // the declaration that is being looked at
};

}  // namespace

Result<Schema, std::vector<LexMistake>> resolve_schema(const SchemaDraft& draft) {
  return SchemaResolver(draft).run();
}

}  // namespace hub::policy
