#include "policy/cedar/value_json.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/cedar/extension.h"
#include "policy/cedar/names.h"

namespace hub::policy {
namespace {

using ValueJson = nlohmann::json;

std::optional<Value> read_any_value(const ValueJson& json);

std::optional<EntityUid> read_plain_uid(const ValueJson& json) {
  if (!json.is_object() || json.size() != 2) return std::nullopt;
  const auto type = json.find("type");
  const auto id = json.find("id");
  if (type == json.end() || id == json.end() || !type->is_string() || !id->is_string()) {
    return std::nullopt;
  }
  EntityUid out{type->get<std::string>(), id->get<std::string>()};
  return is_type_name(out.type) ? std::optional(std::move(out)) : std::nullopt;
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
  const auto number = read_long(json);
  return number ? std::optional(Value(*number)) : std::nullopt;
}

std::optional<Value> made_by(std::string_view function, const std::vector<Value>& arguments) {
  const auto known = function_called(function);
  if (!known) return std::nullopt;
  std::vector<const Value*> places;
  places.reserve(arguments.size());
  for (const auto& argument : arguments) places.push_back(&argument);
  auto made = call(*known, places);
  return made ? std::optional(std::move(*made)) : std::nullopt;
}

// What an argument of the function is taken for where it is a text alone; null: for a text. The
// second of durationSince too is taken for a duration, as the official reader does: it must be
// written as the datetime that it is.
TypePtr argument_type(std::string_view name, std::size_t index) {
  const auto function = function_called(name);
  if (!function) return nullptr;
  switch (*function) {
    case Function::Decimal:
    case Function::Ip:
    case Function::Datetime:
    case Function::Duration: return nullptr;
    case Function::LessThan:
    case Function::LessThanOrEqual:
    case Function::GreaterThan:
    case Function::GreaterThanOrEqual: return Type::simple(Type::Kind::Decimal);
    case Function::IsIpv4:
    case Function::IsIpv6:
    case Function::IsLoopback:
    case Function::IsMulticast:
    case Function::IsInRange: return Type::simple(Type::Kind::Ip);
    case Function::ToDate:
    case Function::ToTime: return Type::simple(Type::Kind::Datetime);
    case Function::Offset:
    case Function::DurationSince:
      return Type::simple(index == 0 ? Type::Kind::Datetime : Type::Kind::Duration);
    case Function::ToMilliseconds:
    case Function::ToSeconds:
    case Function::ToMinutes:
    case Function::ToHours:
    case Function::ToDays: return Type::simple(Type::Kind::Duration);
  }
  return nullptr;
}

// {"fn": "decimal", "arg": "1.0"}, or with "args": [...]. Where the schema expects a value of an
// extension type, the arguments may be without their escapes, too.
std::optional<Value> read_call(const ValueJson& json, bool expected) {
  if (!json.is_object() || json.size() != 2 || !json.contains("fn") || !json["fn"].is_string()) {
    return std::nullopt;
  }
  const auto& function = json["fn"].get_ref<const std::string&>();
  std::vector<Value> arguments;
  const auto take = [&](const ValueJson& held) {
    const auto type = expected ? argument_type(function, arguments.size()) : nullptr;
    auto one = read_value(held, type.get());
    if (one) arguments.push_back(std::move(*one));
    return one.has_value();
  };
  if (json.contains("arg")) {
    if (!take(json["arg"])) return std::nullopt;
  } else if (json.contains("args") && json["args"].is_array()) {
    if (!std::ranges::all_of(json["args"], take)) return std::nullopt;
  }
  return made_by(function, arguments);
}

// The text alone, or the call without its escape. A text that makes no such value stays a text.
std::optional<Value> read_extension(const ValueJson& json, std::string_view constructor) {
  if (json.is_string()) {
    const Value text(std::string_view(json.get_ref<const std::string&>()));
    const auto made = made_by(constructor, {text});
    return made ? made : text;
  }
  if (json.is_object() && json.contains("fn")) return read_call(json, true);
  if (json.is_object() && json.size() == 1 && json.contains("__extn")) {
    return read_call(json["__extn"], true);
  }
  return read_any_value(json);
}

std::optional<Value> read_object(const ValueJson& json) {
  if (json.contains("__entity")) {
    auto uid = json.size() == 1 ? read_uid(json) : std::nullopt;
    return uid ? std::optional(Value(std::move(*uid))) : std::nullopt;
  }
  if (json.contains("__extn")) {
    return json.size() == 1 ? read_call(json["__extn"], false) : std::nullopt;
  }
  if (json.contains("__expr")) return std::nullopt;
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

std::optional<std::int64_t> read_long(const ValueJson& json) {
  if (!json.is_number_integer()) return std::nullopt;
  if (!json.is_number_unsigned()) {
    // Only "-0" is a zero with a sign.
    const auto number = json.get<std::int64_t>();
    return number == 0 ? std::nullopt : std::optional(number);
  }
  const auto number = json.get<std::uint64_t>();
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return number > most ? std::nullopt : std::optional(static_cast<std::int64_t>(number));
}

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
    case Type::Kind::Decimal: return read_extension(json, "decimal");
    case Type::Kind::Ip: return read_extension(json, "ip");
    case Type::Kind::Datetime: return read_extension(json, "datetime");
    case Type::Kind::Duration: return read_extension(json, "duration");
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
