// One Cedar value out of JSON that is parsed already, with or without the type it should have.
// Inside the folder; the JSON's depth is limited by whoever parsed it.
//
// With a type, an entity may be written {"type": ..., "id": ...} and a value of an extension type
// as its text, "10.0.0.0/8", beside the escapes `__entity` and `__extn`. The type helps to read and
// is not enforced: what is read may be of another (conformance.h looks at that).
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "policy/cedar/schema.h"
#include "policy/cedar/value.h"

namespace hub::policy {

// A whole number of 64 bits as Cedar writes it: not -0, nor 1.0 or 1e2.
[[nodiscard]] std::optional<std::int64_t> read_long(const nlohmann::json& json);

// {"type": ..., "id": ...}, or the same inside {"__entity": ...}. The type must be a name.
[[nodiscard]] std::optional<EntityUid> read_uid(const nlohmann::json& json);

// Null types say nothing about the value. Nothing when it is no value at all.
[[nodiscard]] std::optional<Value> read_value(const nlohmann::json& json, const Type* type);
[[nodiscard]] std::optional<Record> read_record(const nlohmann::json& json,
                                                const AttributeTypes* types);
// Every value of the same type.
[[nodiscard]] std::optional<Record> read_tags(const nlohmann::json& json, const Type* type);

}  // namespace hub::policy
