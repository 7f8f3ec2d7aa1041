#include "policy/cedar/entities_json.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "policy/cedar/conformance.h"
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
  const auto* type = schema == nullptr ? nullptr : schema->entity_type(out.uid.type);
  auto attributes = read_record(json["attrs"], type == nullptr ? nullptr : &type->attributes);
  if (!attributes) return "has an attribute that is no Cedar value";
  out.attributes = std::move(*attributes);
  if (!json["parents"].is_array()) return "has parents that are no list";
  for (const auto& held : json["parents"]) {
    auto parent = read_uid(held);
    if (!parent) return "has a parent without a type and an id";
    out.parents.push_back(std::move(*parent));
  }
  if (!json.contains("tags")) return std::nullopt;
  auto tags = read_tags(json["tags"], type == nullptr ? nullptr : type->tags.get());
  if (!tags) return "has a tag that is no Cedar value";
  out.tags = std::move(*tags);
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
  if (!record) return fail(std::string("it is not an object of Cedar values"));
  return std::move(*record);
}

}  // namespace

Result<Entities, std::string> parse_entities(std::string_view json) {
  auto entities = read_entities(json, nullptr);
  if (!entities) return fail(std::move(entities.error()));
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
