#include "bench/policy_export.h"

#include <nlohmann/json.hpp>
#include <set>

#include "core/base/result.h"

namespace hub::bench {
namespace {

using nlohmann::json;
using policy::EntityUid;
using policy::Record;
using policy::Value;

json json_of(const EntityUid& uid) { return {{"type", uid.type}, {"id", uid.id}}; }

json json_of(const Value& value);

json json_of(const Record& record) {
  auto out = json::object();
  for (const auto& [name, held] : record.attributes()) out[name] = json_of(held);
  return out;
}

json json_of(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::Bool: return *value.boolean();
    case Value::Kind::Long: return *value.number();
    case Value::Kind::String: return *value.text();
    case Value::Kind::Entity: return {{"__entity", json_of(value.entity()->uid)}};
    case Value::Kind::Set: {
      auto out = json::array();
      for (const auto& item : value.set()->items()) out.push_back(json_of(item));
      return out;
    }
    case Value::Kind::Record: return json_of(*value.record());
    case Value::Kind::Decimal:
    case Value::Kind::Ip:
    case Value::Kind::Datetime:
    case Value::Kind::Duration: break;
  }
  throw EnvError("a workload holds a value of an extension type, which this writes nowhere");
}

json entities_of(const policy::Entities& entities) {
  auto out = json::array();
  for (const auto* entity : entities.all()) {
    auto parents = json::array();
    for (const auto& parent : entity->parents) parents.push_back(json_of(parent));
    out.push_back({{"uid", json_of(entity->uid)},
                   {"attrs", json_of(entity->attributes)},
                   {"parents", std::move(parents)}});
  }
  return out;
}

json policies_of(const policy::PolicySet& policies) {
  json out = {{"staticPolicies", json::object()},
              {"templates", json::object()},
              {"templateLinks", json::array()}};
  std::set<std::string> linked;
  for (const auto& link : policies.links()) {
    linked.insert(link.new_id);
    auto values = json::object();
    if (link.principal) values["?principal"] = json_of(*link.principal);
    if (link.resource) values["?resource"] = json_of(*link.resource);
    out["templateLinks"].push_back(
        {{"templateId", link.template_id}, {"newId", link.new_id}, {"values", std::move(values)}});
  }
  for (const auto& each : policies.policies()) {
    if (!linked.contains(each->id)) out["staticPolicies"][each->id] = each->written(each->span);
  }
  for (const auto& each : policies.templates()) {
    out["templates"][each->id] = each->written(each->span);
  }
  return out;
}

}  // namespace

std::string to_json(const Workload& workload) {
  auto requests = json::array();
  for (const auto& request : workload.requests) {
    requests.push_back(
        {{"principal", json_of(request.principal)},
         {"action", json_of(request.action)},
         {"resource", json_of(request.resource)},
         {"context", json_of(request.context)},
         {"allowed", authorize(workload.policies, workload.entities, request).allowed}});
  }
  const json out = {{"policies", policies_of(workload.policies)},
                    {"entities", entities_of(workload.entities)},
                    {"requests", std::move(requests)}};
  return out.dump();
}

}  // namespace hub::bench
