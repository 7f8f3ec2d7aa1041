#include "policy/cedar/value_json.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hub::policy {
namespace {

using ValueJson = nlohmann::json;

std::optional<EntityUid> read_plain_uid(const ValueJson& json) {
  if (!json.is_object() || json.size() != 2) return std::nullopt;
  const auto type = json.find("type");
  const auto id = json.find("id");
  if (type == json.end() || id == json.end() || !type->is_string() || !id->is_string()) {
    return std::nullopt;
  }
  return EntityUid{type->get<std::string>(), id->get<std::string>()};
}

template <class TypeOf>
std::optional<Record> read_attributes(const ValueJson& json, TypeOf type_of) {
  if (!json.is_object()) return std::nullopt;
  std::vector<Attribute> out;
  for (const auto& [name, held] : json.items()) {
    auto value = read_value(held, type_of(name));
    if (!value) return std::nullopt;
    out.push_back({name, std::move(*value)});
  }
  return Record::make(std::move(out));
}

std::optional<Value> read_set(const ValueJson& json, const Type* element) {
  std::vector<Value> items;
  for (const auto& held : json) {
    auto value = read_value(held, element);
    if (!value) return std::nullopt;
    items.push_back(std::move(*value));
  }
  return Value(Set(std::move(items)));
}

std::optional<Value> read_number(const ValueJson& json) {
  if (json.is_number_unsigned() &&
      json.get<std::uint64_t>() >
          static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return std::nullopt;
  }
  return Value(json.get<std::int64_t>());
}

std::optional<Value> read_object(const ValueJson& json) {
  if (json.contains("__entity")) {
    auto uid = json.size() == 1 ? read_uid(json) : std::nullopt;
    return uid ? std::optional(Value(std::move(*uid))) : std::nullopt;
  }
  if (json.contains("__extn") || json.contains("__expr")) return std::nullopt;
  auto record = read_record(json, nullptr);
  return record ? std::optional(Value(std::move(*record))) : std::nullopt;
}

std::optional<Value> read_any_value(const ValueJson& json) {
  if (json.is_boolean()) return Value(json.get<bool>());
  if (json.is_number_integer()) return read_number(json);
  if (json.is_string()) return Value(std::string_view(json.get_ref<const std::string&>()));
  if (json.is_array()) return read_set(json, nullptr);
  if (json.is_object()) return read_object(json);
  return std::nullopt;
}

}  // namespace

std::optional<EntityUid> read_uid(const ValueJson& json) {
  if (json.is_object() && json.size() == 1 && json.contains("__entity")) {
    return read_plain_uid(json["__entity"]);
  }
  return read_plain_uid(json);
}

std::optional<Value> read_value(const ValueJson& json, const Type* type) {
  if (type == nullptr) return read_any_value(json);
  switch (type->kind()) {
    case Type::Kind::Entity:
      if (auto uid = read_uid(json)) return Value(std::move(*uid));
      break;
    case Type::Kind::Set:
      if (json.is_array()) return read_set(json, type->element().get());
      break;
    case Type::Kind::Record:
      if (json.is_object()) {
        auto record = read_record(json, &type->attributes());
        return record ? std::optional(Value(std::move(*record))) : std::nullopt;
      }
      break;
    case Type::Kind::Decimal:
    case Type::Kind::Ip:
    case Type::Kind::Datetime:
    case Type::Kind::Duration:
    case Type::Kind::Bool:
    case Type::Kind::Long:
    case Type::Kind::String: break;
  }
  return read_any_value(json);
}

std::optional<Record> read_record(const ValueJson& json, const AttributeTypes* types) {
  return read_attributes(json, [types](const std::string& name) -> const Type* {
    const auto* found = types == nullptr ? nullptr : find_attribute(*types, name);
    return found == nullptr ? nullptr : found->type.get();
  });
}

std::optional<Record> read_tags(const ValueJson& json, const Type* type) {
  return read_attributes(json, [type](const std::string&) { return type; });
}

}  // namespace hub::policy
