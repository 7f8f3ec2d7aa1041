// How what the register, the catalogue and the agreements name is called as an entity of the schema
// (world_schema.h). Inside the folder.
#pragma once

#include <string>
#include <string_view>

#include "policy/cedar/value.h"

namespace hub::policy {

inline EntityUid authority_uid(std::string_view code) { return {"Authority", std::string(code)}; }
inline EntityUid record_type_uid(std::string_view name) {
  return {"RecordType", std::string(name)};
}
// "ta.placement_notice/notice"
inline EntityUid field_group_uid(std::string_view path) {
  return {"FieldGroup", std::string(path)};
}
inline EntityUid agreement_uid(std::string_view id) { return {"Agreement", std::string(id)}; }
inline EntityUid agent_uid(std::string_view code, std::string_view agreement) {
  return {"Agent", std::string(code).append("/").append(agreement)};
}
inline EntityUid broker_uid(std::string_view agreement) {
  return {"Broker", std::string("broker/").append(agreement)};
}
inline EntityUid guest_uid(std::string_view code) { return {"Guest", std::string(code)}; }

}  // namespace hub::policy
