#include "audit/log/detail_json.h"

#include <nlohmann/json.hpp>

namespace hub::audit {

nlohmann::json detail_json(const Detail& detail) {
  auto out = nlohmann::json::object();
  const auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) out[name] = text;
  };
  add("actor", detail.actor);
  add("device", detail.device);
  add("justification", detail.justification);
  add("note", detail.note);
  add("asked", detail.asked);
  if (!detail.relations.empty()) out["relations"] = detail.relations;
  for (const auto& id : detail.record_ids) out["record_ids"].push_back(to_string(id));
  return out;
}

}  // namespace hub::audit
