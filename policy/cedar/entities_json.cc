#include "policy/cedar/entities_json.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/base/json.h"
#include "policy/cedar/extension.h"

namespace hub::policy {
namespace {

using Json = nlohmann::json;

constexpr JsonLimits kEntityLimits{.max_bytes = 64U << 20U, .max_depth = 64};

// {"type": ..., "id": ...}, or the same inside {"__entity": ...}.
std::optional<EntityUid> read_uid(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  if (json.size() == 1 && json.contains("__entity")) return read_uid(json["__entity"]);
  if (json.size() != 2) return std::nullopt;
  const auto type = json.find("type");
  const auto id = json.find("id");
  if (type == json.end() || id == json.end() || !type->is_string() || !id->is_string()) {
    return std::nullopt;
  }
  return EntityUid{type->get<std::string>(), id->get<std::string>()};
}

std::optional<Value> read_value(const Json& json);

std::optional<Record> read_record(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  std::vector<Attribute> out;
  for (const auto& [name, held] : json.items()) {
    auto value = read_value(held);
    if (!value) return std::nullopt;
    out.push_back({name, std::move(*value)});
  }
  return Record::make(std::move(out));
}

std::optional<Value> read_set(const Json& json) {
  std::vector<Value> items;
  for (const auto& held : json) {
    auto value = read_value(held);
    if (!value) return std::nullopt;
    items.push_back(std::move(*value));
  }
  return Value(Set(std::move(items)));
}

std::optional<Value> read_number(const Json& json) {
  if (json.is_number_unsigned() &&
      json.get<std::uint64_t>() >
          static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return std::nullopt;
  }
  return Value(json.get<std::int64_t>());
}

// {"fn": "decimal", "arg": "1.0"}, or with "args": [...].
std::optional<Value> read_call(const Json& json) {
  if (!json.is_object() || json.size() != 2 || !json.contains("fn") || !json["fn"].is_string()) {
    return std::nullopt;
  }
  const auto function = function_called(json["fn"].get_ref<const std::string&>());
  std::vector<Value> arguments;
  if (json.contains("arg")) {
    auto only = read_value(json["arg"]);
    if (only) arguments.push_back(std::move(*only));
  } else if (json.contains("args") && json["args"].is_array()) {
    for (const auto& held : json["args"]) {
      auto one = read_value(held);
      if (!one) return std::nullopt;
      arguments.push_back(std::move(*one));
    }
  }
  if (!function || arguments.empty()) return std::nullopt;
  std::vector<const Value*> known;
  known.reserve(arguments.size());
  for (const auto& argument : arguments) known.push_back(&argument);
  auto made = call(*function, known);
  return made ? std::optional(std::move(*made)) : std::nullopt;
}

std::optional<Value> read_object(const Json& json) {
  if (json.contains("__entity")) {
    auto uid = json.size() == 1 ? read_uid(json["__entity"]) : std::nullopt;
    return uid ? std::optional(Value(std::move(*uid))) : std::nullopt;
  }
  if (json.contains("__extn")) {
    return json.size() == 1 ? read_call(json["__extn"]) : std::nullopt;
  }
  if (json.contains("__expr")) return std::nullopt;
  auto record = read_record(json);
  return record ? std::optional(Value(std::move(*record))) : std::nullopt;
}

std::optional<Value> read_value(const Json& json) {
  if (json.is_boolean()) return Value(json.get<bool>());
  if (json.is_number_integer()) return read_number(json);
  if (json.is_string()) return Value(std::string_view(json.get_ref<const std::string&>()));
  if (json.is_array()) return read_set(json);
  if (json.is_object()) return read_object(json);
  return std::nullopt;
}

// What is wrong with the entity, or nothing.
std::optional<std::string_view> read_entity(const Json& json, Entity& out) {
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
  auto attributes = read_record(json["attrs"]);
  if (!attributes) return "has an attribute that is no Cedar value";
  out.attributes = std::move(*attributes);
  if (!json["parents"].is_array()) return "has parents that are no list";
  for (const auto& held : json["parents"]) {
    auto parent = read_uid(held);
    if (!parent) return "has a parent without a type and an id";
    out.parents.push_back(std::move(*parent));
  }
  if (!json.contains("tags")) return std::nullopt;
  auto tags = read_record(json["tags"]);
  if (!tags) return "has a tag that is no Cedar value";
  out.tags = std::move(*tags);
  return std::nullopt;
}

std::string words_of(const JsonError& error) {
  return error.line == 0 ? error.reason
                         : "line " + std::to_string(error.line) + ": " + error.reason;
}

}  // namespace

Result<Entities, std::string> parse_entities(std::string_view json) {
  const auto parsed = parse_json(json, kEntityLimits);
  if (!parsed) return fail(words_of(parsed.error()));
  if (!parsed->is_array()) return fail(std::string("the entities are not a list"));
  std::vector<Entity> entities(parsed->size());
  for (std::size_t i = 0; i < entities.size(); ++i) {
    if (const auto wrong = read_entity((*parsed)[i], entities[i])) {
      return fail("entity " + std::to_string(i + 1) + " of the list " + std::string(*wrong));
    }
  }
  return Entities::make(std::move(entities));
}

Result<Record, std::string> parse_record(std::string_view json) {
  const auto parsed = parse_json(json, kEntityLimits);
  if (!parsed) return fail(words_of(parsed.error()));
  auto record = read_record(*parsed);
  if (!record) return fail(std::string("it is not an object of Cedar values"));
  return std::move(*record);
}

}  // namespace hub::policy
