#include "policy/cedar/entities_json.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "policy/cedar/conformance.h"
#include "policy/cedar/names.h"
#include "policy/cedar/value_json.h"

namespace hub::policy {
namespace {

using Json = nlohmann::json;

constexpr JsonLimits kEntityLimits{.max_bytes = 64U << 20U, .max_depth = 64};

// What is wrong with the entity, or nothing. Without a schema it may be null.
std::optional<std::string_view> read_entity(const Json& json, const Schema* schema, Entity& out) {
  if (!json.is_object()) return "is not an object";
  for (const auto& [key, held] : json.items()) {
    if (key != "uid" && key != "attrs" && key != "parents" && key != "tags") {
      return "has a key other than uid, attrs, parents and tags";
    }
  }
  auto uid = json.contains("uid") ? read_uid(json["uid"]) : std::nullopt;
  if (!uid) return "has no uid with a type and an id";
  out.uid = std::move(*uid);
  if (!json.contains("attrs") || !json.contains("parents")) return "has no attrs or no parents";
  const auto* type = schema == nullptr ? nullptr : schema->entity_type(out.uid->type);
  auto attributes = read_record(json["attrs"], type == nullptr ? nullptr : &type->attributes);
  if (!attributes) return "has an attribute that is no Cedar value";
  out.attributes = std::move(*attributes);
  if (!json["parents"].is_array()) return "has parents that are no list";
  for (const auto& held : json["parents"]) {
    auto parent = read_uid(held);
    if (!parent) return "has a parent without a type and an id";
    if (is_action_type(out.uid->type) && !is_action_type(parent->type)) {
      return "is an action and has a parent that is none";
    }
    out.parents.push_back(std::move(*parent));
  }
  if (!json.contains("tags")) return std::nullopt;
  auto tags = read_tags(json["tags"], type == nullptr ? nullptr : type->tags.get());
  if (!tags) return "has a tag that is no Cedar value";
  out.tags = std::move(*tags);
  return std::nullopt;
}

// The groups that an action is in by what the list says, direct and indirect.
std::set<EntityUid> groups_told(const EntityUid& action,
                                const std::map<EntityUid, const Entity*>& told) {
  std::set<EntityUid> out;
  std::vector<const EntityUid*> open{&action};
  while (!open.empty()) {
    const auto at = told.find(*open.back());
    open.pop_back();
    if (at == told.end()) continue;
    for (const auto& parent : at->second->parents) {
      if (out.insert(parent).second) open.push_back(&parent);
    }
  }
  return out;
}

// Whoever lists an action lists all the groups that it is in: with it, or with listed groups of it.
bool tells_all_groups(const std::vector<Entity>& entities, const Schema& schema) {
  std::map<EntityUid, const Entity*> told;
  for (const auto& entity : entities) {
    if (schema.action(entity.uid) != nullptr) told.emplace(entity.uid, &entity);
  }
  return std::ranges::all_of(told, [&](const auto& one) {
    const auto groups = groups_told(one.first, told);
    return std::ranges::all_of(schema.actions(), [&](const ActionType& action) {
      return action.uid == one.first || !schema.action_is_in(one.first, action.uid) ||
             groups.contains(action.uid);
    });
  });
}

bool same_entity(const Entity& left, const Entity& right) {
  const auto parents_of = [](const Entity& entity) {
    auto parents = entity.parents;
    std::ranges::sort(parents);
    const auto repeated = std::ranges::unique(parents);
    parents.erase(repeated.begin(), repeated.end());
    return parents;
  };
  return Value(left.attributes) == Value(right.attributes) &&
         Value(left.tags) == Value(right.tags) && parents_of(left) == parents_of(right);
}

// An entity that is told twice alike is one. What is wrong where two differ, or nothing.
std::optional<std::string> drop_repetitions(std::vector<Entity>& entities) {
  std::vector<std::size_t> order(entities.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, [&](std::size_t left, std::size_t right) {
    const auto compared = entities[left].uid <=> entities[right].uid;
    return compared == 0 ? left < right : compared < 0;
  });
  std::vector<bool> repeated(entities.size());
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto& before = entities[order[i - 1]];
    const auto& entity = entities[order[i]];
    if (before.uid != entity.uid) continue;
    if (!same_entity(before, entity)) {
      return "entity " + std::to_string(order[i] + 1) + " of the list occurs a second time";
    }
    repeated[order[i]] = true;
  }
  std::size_t at = 0;
  std::erase_if(entities, [&](const Entity&) { return repeated[at++]; });
  return std::nullopt;
}

std::string words_of(const JsonError& error) {
  return error.line == 0 ? error.reason
                         : "line " + std::to_string(error.line) + ": " + error.reason;
}

Result<std::vector<Entity>, std::string> read_entities(std::string_view json,
                                                       const Schema* schema) {
  const auto parsed = parse_json(json, kEntityLimits);
  if (!parsed) return fail(words_of(parsed.error()));
  if (!parsed->is_array()) return fail(std::string("the entities are not a list"));
  std::vector<Entity> entities(parsed->size());
  for (std::size_t i = 0; i < entities.size(); ++i) {
    if (const auto wrong = read_entity((*parsed)[i], schema, entities[i])) {
      return fail("entity " + std::to_string(i + 1) + " of the list " + std::string(*wrong));
    }
  }
  return entities;
}

Result<Record, std::string> read_whole_record(std::string_view json, const AttributeTypes* types) {
  const auto parsed = parse_json(json, kEntityLimits);
  if (!parsed) return fail(words_of(parsed.error()));
  auto record = read_record(*parsed, types);
  // Without types the escapes are no names of attributes.
  const auto is_escape = [&](std::string_view name) { return record->find(name) != nullptr; };
  constexpr std::array<std::string_view, 3> escapes{"__entity", "__extn", "__expr"};
  if (!record || (types == nullptr && std::ranges::any_of(escapes, is_escape)))
    return fail(std::string("it is not an object of Cedar values"));
  return std::move(*record);
}

}  // namespace

Result<Entities, std::string> parse_entities(std::string_view json) {
  auto entities = read_entities(json, nullptr);
  if (!entities) return fail(std::move(entities.error()));
  if (auto wrong = drop_repetitions(*entities)) return fail(std::move(*wrong));
  return Entities::make(std::move(*entities));
}

Result<Entities, std::string> parse_entities(std::string_view json, const Schema& schema) {
  auto entities = read_entities(json, &schema);
  if (!entities) return fail(std::move(entities.error()));
  for (std::size_t i = 0; i < entities->size(); ++i) {
    const auto faults = faults_of_entity(schema, (*entities)[i]);
    if (faults.empty()) continue;
    return fail("entity " + std::to_string(i + 1) + " of the list: " + faults.front());
  }
  if (auto wrong = drop_repetitions(*entities)) return fail(std::move(*wrong));
  if (!tells_all_groups(*entities, schema)) {
    return fail(std::string("an action is listed without all its groups"));
  }
  std::erase_if(*entities,
                [&](const Entity& entity) { return schema.action(entity.uid) != nullptr; });
  for (const auto& action : schema.actions()) {
    Entity entity;
    entity.uid = action.uid;
    entity.parents = action.member_of;
    entities->push_back(std::move(entity));
  }
  return Entities::make(std::move(*entities));
}

Result<Record, std::string> parse_record(std::string_view json) {
  return read_whole_record(json, nullptr);
}

Result<Record, std::string> parse_context(std::string_view json, const Schema& schema,
                                          const EntityUid& action) {
  const auto* type = schema.action(action);
  if (type == nullptr) return fail(std::string("the schema has no such action"));
  auto context = read_whole_record(json, &type->context);
  if (!context) return context;
  const auto faults = faults_of_context(schema, action, *context);
  if (!faults.empty()) return fail(faults.front());
  return context;
}

}  // namespace hub::policy
