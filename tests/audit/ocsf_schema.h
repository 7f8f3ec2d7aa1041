// What the published schema asks of the events that the hub writes, copied by hand from OCSF 1.8.0
// (https://schema.ocsf.io/1.8.0, repository ocsf/ocsf-schema): the classes api_activity,
// datastore_activity, entity_management and application_error with their base event, and the
// objects actor, api, database, fingerprint, managed_entity, metadata, network_endpoint, product,
// resource_details and table. Of each the required attributes, the constraints "at_least_one", the
// enumerations, the types, and nothing that is not an attribute of it.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace hub::audit {

struct OcsfObject {
  // Attribute -> "integer", "string", "boolean", "free", "list of OBJECT" or the name of an object.
  std::map<std::string, std::string> attributes;
  std::set<std::string> required;
  std::set<std::string> at_least_one;
  std::map<std::string, std::map<int, std::string>> enums;  // number -> caption
  std::map<std::string, std::string> siblings;              // of an enum: where its caption stands
};

inline const std::map<int, std::string> kOcsfSeverities{
    {0, "Unknown"}, {1, "Informational"}, {2, "Low"},   {3, "Medium"},
    {4, "High"},    {5, "Critical"},      {6, "Fatal"}, {99, "Other"}};
inline const std::map<int, std::string> kOcsfStatuses{
    {0, "Unknown"}, {1, "Success"}, {2, "Failure"}, {99, "Other"}};

inline OcsfObject ocsf_base_event() {
  OcsfObject out;
  out.attributes = {
      {"activity_id", "integer"},  {"activity_name", "string"}, {"category_uid", "integer"},
      {"category_name", "string"}, {"class_uid", "integer"},    {"class_name", "string"},
      {"type_uid", "integer"},     {"type_name", "string"},     {"severity_id", "integer"},
      {"severity", "string"},      {"status_id", "integer"},    {"status", "string"},
      {"status_code", "string"},   {"status_detail", "string"}, {"time", "integer"},
      {"message", "string"},       {"metadata", "metadata"},    {"raw_data_hash", "fingerprint"},
      {"unmapped", "free"}};
  out.required = {"activity_id", "category_uid", "class_uid", "metadata",
                  "severity_id", "time",         "type_uid"};
  out.enums = {{"severity_id", kOcsfSeverities}, {"status_id", kOcsfStatuses}};
  out.siblings = {
      {"activity_id", "activity_name"}, {"severity_id", "severity"}, {"status_id", "status"}};
  return out;
}

struct OcsfClassSchema {
  std::string caption;
  int category = 0;
  std::string category_caption;
  OcsfObject event;
};

inline const std::map<int, OcsfClassSchema>& ocsf_classes() {
  static const auto all = [] {
    std::map<int, OcsfClassSchema> out;
    auto api = ocsf_base_event();
    api.attributes.insert({{"actor", "actor"},
                           {"api", "api"},
                           {"src_endpoint", "network_endpoint"},
                           {"dst_endpoint", "network_endpoint"},
                           {"resources", "list of resource_details"}});
    api.required.insert({"actor", "api", "src_endpoint"});
    api.enums["activity_id"] = {{0, "Unknown"}, {1, "Create"}, {2, "Read"},
                                {3, "Update"},  {4, "Delete"}, {99, "Other"}};
    out[6003] = {"API Activity", 6, "Application Activity", api};

    auto data = ocsf_base_event();
    data.attributes.insert({{"actor", "actor"},
                            {"src_endpoint", "network_endpoint"},
                            {"dst_endpoint", "network_endpoint"},
                            {"database", "database"},
                            {"table", "table"},
                            {"type_id", "integer"},
                            {"type", "string"}});
    data.required.insert({"actor", "src_endpoint"});
    data.at_least_one = {"database", "databucket", "table"};
    data.enums["activity_id"] = {{0, "Unknown"}, {1, "Read"},    {2, "Update"},   {3, "Connect"},
                                 {4, "Query"},   {5, "Write"},   {6, "Create"},   {7, "Delete"},
                                 {8, "List"},    {9, "Encrypt"}, {10, "Decrypt"}, {99, "Other"}};
    data.enums["type_id"] = {
        {0, "Unknown"}, {1, "Database"}, {2, "Databucket"}, {3, "Table"}, {99, "Other"}};
    data.siblings["type_id"] = "type";
    out[6005] = {"Datastore Activity", 6, "Application Activity", data};

    auto entity = ocsf_base_event();
    entity.attributes.insert(
        {{"actor", "actor"}, {"entity", "managed_entity"}, {"src_endpoint", "network_endpoint"}});
    entity.required.insert("entity");
    entity.enums["activity_id"] = {
        {0, "Unknown"},   {1, "Create"},      {2, "Read"},     {3, "Update"},  {4, "Delete"},
        {5, "Move"},      {6, "Enroll"},      {7, "Unenroll"}, {8, "Enable"},  {9, "Disable"},
        {10, "Activate"}, {11, "Deactivate"}, {12, "Suspend"}, {13, "Resume"}, {99, "Other"}};
    out[3004] = {"Entity Management", 3, "Identity & Access Management", entity};

    auto error = ocsf_base_event();
    error.enums["activity_id"] = {
        {0, "Unknown"}, {1, "General Error"}, {2, "Translation Error"}, {99, "Other"}};
    out[6008] = {"Application Error", 6, "Application Activity", error};
    return out;
  }();
  return all;
}

inline const std::map<std::string, OcsfObject>& ocsf_objects() {
  static const std::map<std::string, OcsfObject> all{
      {"metadata",
       {{{"version", "string"},
         {"product", "product"},
         {"log_provider", "string"},
         {"log_name", "string"},
         {"tenant_uid", "string"},
         {"uid", "string"},
         {"sequence", "integer"},
         {"event_code", "string"},
         {"is_truncated", "boolean"}},
        {"version", "product"},
        {},
        {},
        {}}},
      {"product", {{{"name", "string"}, {"vendor_name", "string"}}, {}, {"name", "uid"}, {}, {}}},
      {"actor",
       {{{"app_name", "string"}, {"app_uid", "string"}},
        {},
        {"process", "user", "invoked_by", "session", "app_name", "app_uid"},
        {},
        {}}},
      {"network_endpoint",
       {{{"uid", "string"}, {"svc_name", "string"}},
        {},
        {"ip", "uid", "name", "hostname", "svc_name", "instance_uid", "interface_uid",
         "interface_name", "domain"},
        {},
        {}}},
      {"api", {{{"operation", "string"}, {"service", "service"}}, {"operation"}, {}, {}, {}}},
      {"service", {{{"name", "string"}}, {}, {"name", "uid"}, {}, {}}},
      {"resource_details", {{{"name", "string"}, {"type", "string"}}, {}, {"name", "uid"}, {}, {}}},
      {"database",
       {{{"type_id", "integer"}, {"type", "string"}, {"name", "string"}, {"uid", "string"}},
        {"type_id"},
        {"name", "uid"},
        {{"type_id",
          {{0, "Unknown"},
           {1, "Relational"},
           {2, "Network"},
           {3, "Object Oriented"},
           {4, "Centralized"},
           {5, "Operational"},
           {6, "NoSQL"},
           {7, "Vector"},
           {8, "Knowledge Graph"},
           {99, "Other"}}}},
        {{"type_id", "type"}}}},
      {"table", {{{"name", "string"}}, {}, {"name", "uid"}, {}, {}}},
      {"managed_entity",
       {{{"type_id", "integer"},
         {"type", "string"},
         {"name", "string"},
         {"uid", "string"},
         {"version", "string"}},
        {},
        {"name", "uid"},
        {{"type_id",
          {{0, "Unknown"},
           {1, "Device"},
           {2, "User"},
           {3, "Group"},
           {4, "Organization"},
           {5, "Policy"},
           {6, "Email"},
           {7, "Network Zone"},
           {99, "Other"}}}},
        {{"type_id", "type"}}}},
      {"fingerprint",
       {{{"algorithm_id", "integer"}, {"algorithm", "string"}, {"value", "string"}},
        {"algorithm_id", "value"},
        {},
        {{"algorithm_id", {{1, "MD5"}, {2, "SHA-1"}, {3, "SHA-256"}, {4, "SHA-512"}}}},
        {{"algorithm_id", "algorithm"}}}}};
  return all;
}

// What is wrong with an event or object, a line each.
inline void find_ocsf_faults(const nlohmann::json& object, const OcsfObject& schema,
                             const std::string& where, std::vector<std::string>& out) {
  for (const auto& name : schema.required) {
    if (!object.contains(name)) out.push_back(where + name + " is missing");
  }
  bool has_one = schema.at_least_one.empty();
  for (const auto& name : schema.at_least_one) has_one = has_one || object.contains(name);
  if (!has_one) out.push_back(where + ": one of the attributes that identify it is missing");
  for (const auto& [name, value] : object.items()) {
    const auto place = where + name;
    const auto attribute = schema.attributes.find(name);
    if (attribute == schema.attributes.end()) {
      out.push_back(place + " is no attribute of it");
      continue;
    }
    const auto& type = attribute->second;
    const auto of = ocsf_objects().find(type);
    if (type == "integer"          ? !value.is_number_integer()
        : type == "string"         ? !value.is_string() || value.get<std::string>().empty()
        : type == "boolean"        ? !value.is_boolean()
        : type.starts_with("list") ? !value.is_array() || value.empty()
                                   : !value.is_object()) {
      out.push_back(place + " is not of the type " + type);
    } else if (of != ocsf_objects().end()) {
      find_ocsf_faults(value, of->second, place + ".", out);
    } else if (type.starts_with("list of ")) {
      for (const auto& each : value) {
        find_ocsf_faults(each, ocsf_objects().at(type.substr(8)), place + ".", out);
      }
    }
  }
  for (const auto& [name, values] : schema.enums) {
    if (!object.contains(name) || !object[name].is_number_integer()) continue;
    const auto found = values.find(object[name].get<int>());
    if (found == values.end()) {
      out.push_back(where + name + " has a value that is not in the schema");
      continue;
    }
    const auto sibling = schema.siblings.find(name);
    if (sibling == schema.siblings.end() || !object.contains(sibling->second)) continue;
    // Of "Other" the source says more.
    if (found->first != 99 && object[sibling->second] != found->second) {
      out.push_back(where + sibling->second + " is not what " + name + " says");
    }
  }
}

inline std::vector<std::string> ocsf_faults(const nlohmann::json& event) {
  std::vector<std::string> out;
  if (!event.is_object() || !event.value("class_uid", nlohmann::json()).is_number_integer()) {
    return {"it is no event of a class"};
  }
  const auto uid = event["class_uid"].get<int>();
  const auto found = ocsf_classes().find(uid);
  if (found == ocsf_classes().end()) return {"its class is none that the hub writes"};
  const auto& schema = found->second;
  find_ocsf_faults(event, schema.event, "", out);
  if (!out.empty()) return out;
  if (event["category_uid"] != schema.category) out.emplace_back("category_uid is another's");
  if (event["category_name"] != schema.category_caption) out.emplace_back("category_name");
  if (event["class_name"] != schema.caption) out.emplace_back("class_name");
  if (event["type_uid"] != uid * 100 + event["activity_id"].get<int>())
    out.emplace_back("type_uid");
  const auto type = schema.caption + ": " + event["activity_name"].get<std::string>();
  if (event["type_name"] != type) out.emplace_back("type_name");
  if (event["metadata"]["version"] != "1.8.0") out.emplace_back("metadata.version");
  return out;
}

}  // namespace hub::audit
