#include "audit/siem/ocsf.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/base/encoding.h"

namespace hub::audit {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestName = 128;
constexpr std::size_t kLongestReason = 1024;
constexpr std::size_t kMostListed = 32;

// Collects an event, and whether anything had to be cut.
struct Draft {
  Json json;
  bool cut = false;

  // Without controls, and not cut inside a character.
  std::string text(std::string_view value, std::size_t longest = kLongestName) {
    auto size = value.size();
    if (size > longest) {
      cut = true;
      for (size = longest; size > 0 && (static_cast<unsigned char>(value[size]) >> 6U) == 2U;) {
        --size;
      }
    }
    std::string out(value.substr(0, size));
    std::ranges::replace_if(
        out, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
    return out;
  }
  void put(Json& where, const char* name, std::string_view value) {
    if (!value.empty()) where[name] = text(value);
  }
  static void put(Json& where, const char* name, std::uint64_t value) {
    if (value != 0) where[name] = value;
  }
  template <class List, class Each>
  void put_list(Json& where, const char* name, const List& values, std::size_t most, Each each) {
    if (values.empty()) return;
    cut = cut || values.size() > most;
    auto& out = where[name] = Json::array();
    for (const auto& value : values) {
      if (out.size() == most) break;
      out.push_back(each(value));
    }
  }
};

Json header(const LogSource& source, const OcsfKind& kind, Time time, const std::string& uid) {
  const auto class_uid = static_cast<int>(kind.of);
  Json out;
  out["activity_id"] = kind.activity.id;
  out["activity_name"] = kind.activity.name;
  out["category_uid"] = category(kind.of);
  out["category_name"] = category_caption(kind.of);
  out["class_uid"] = class_uid;
  out["class_name"] = caption(kind.of);
  out["type_uid"] = class_uid * 100 + kind.activity.id;
  out["type_name"] = std::string(caption(kind.of)) + ": " + std::string(kind.activity.name);
  out["severity_id"] = static_cast<int>(kind.severity);
  out["severity"] = caption(kind.severity);
  out["status_id"] = static_cast<int>(kind.status);
  out["status"] = caption(kind.status);
  out["time"] = to_ms(time);
  out["metadata"] = {{"version", kOcsfVersion},
                     {"product", {{"name", "Borough Hub"}, {"vendor_name", "Borough Hub"}}},
                     {"log_provider", source.program},
                     {"log_name", source.origin},
                     {"tenant_uid", source.party},
                     {"uid", source.origin + '#' + uid}};
  return out;
}

Json hash_of(const crypto::Digest& leaf_hash) {
  return {{"algorithm", "SHA-256"}, {"algorithm_id", 3}, {"value", to_hex(leaf_hash)}};
}

std::string program_of(std::string_view party) {
  return party == "broker" ? "hub-broker" : "hub-agent";
}

Json endpoint(Draft& draft, std::string_view party) {
  return {{"uid", draft.text(party)}, {"svc_name", program_of(party)}};
}

void add_parties(Draft& draft, const Leaf& leaf, OcsfClass of) {
  const auto& entry = leaf.entry;
  const auto& from = entry.sender.empty() ? leaf.party : entry.sender;
  draft.json["actor"] = {{"app_name", program_of(leaf.party)}, {"app_uid", draft.text(leaf.party)}};
  draft.json["src_endpoint"] = endpoint(draft, from);
  const bool has_place = of != OcsfClass::EntityManagement;
  if (has_place && !entry.recipient.empty())
    draft.json["dst_endpoint"] = endpoint(draft, entry.recipient);
}

// What an act of administration is about.
Json entity_of(Draft& draft, const Leaf& leaf) {
  const auto& outcome = leaf.entry.outcome;
  std::string type = "service";
  std::string name = program_of(leaf.party);
  std::string uid = leaf.party;
  std::uint64_t version = 0;
  if (outcome.starts_with("register-")) {
    type = name = uid = "register";
    version = leaf.entry.register_number;
  } else if (outcome.starts_with("bundle-")) {
    type = name = uid = "bundle";
    version = leaf.entry.bundle;
  } else if (const auto dash = outcome.find('-'); dash != std::string::npos) {
    // epoch-key-destroyed, stream-reopened, void-confirmed, log-forked: the words before the verb.
    type = name = outcome.substr(0, outcome.starts_with("epoch-key") ? 9 : dash);
    uid = leaf.entry.sender.empty() ? leaf.party : leaf.entry.sender;
  }
  Json out{{"type_id", 99}, {"type", draft.text(type)}, {"name", draft.text(name)}};
  out["uid"] = draft.text(uid);
  if (version != 0) out["version"] = std::to_string(version);
  return out;
}

void add_object(Draft& draft, const Leaf& leaf, OcsfClass of) {
  const auto& entry = leaf.entry;
  auto& json = draft.json;
  switch (of) {
    case OcsfClass::EntityManagement: json["entity"] = entity_of(draft, leaf); return;
    case OcsfClass::ApiActivity:
      json["api"] = {{"operation", draft.text(entry.act)},
                     {"service", {{"name", program_of(leaf.party)}}}};
      if (!entry.record_type.empty()) {
        json["resources"] =
            Json::array({{{"name", draft.text(entry.record_type)}, {"type", "record type"}}});
      }
      return;
    case OcsfClass::DatastoreActivity:
      json["type_id"] = 1;
      json["type"] = "Database";
      json["database"] = {{"type_id", 1},
                          {"type", "Relational"},
                          {"name", program_of(leaf.party)},
                          {"uid", draft.text(leaf.party)}};
      if (!entry.record_type.empty()) json["table"] = {{"name", draft.text(entry.record_type)}};
      return;
    case OcsfClass::ApplicationError: return;
  }
}

// What OCSF has no place for, under the names that it has in the log.
Json rest_of(Draft& draft, const Leaf& leaf, std::size_t most_items) {
  const auto& entry = leaf.entry;
  const auto name = [&](const std::string& value) { return draft.text(value); };
  Json out;
  draft.put(out, "act", entry.act);
  draft.put(out, "outcome", entry.outcome);
  Draft::put(out, "count", entry.count);
  draft.put(out, "agreement", entry.agreement);
  draft.put(out, "purpose", entry.purpose);
  draft.put(out, "legal_basis", entry.legal_basis);
  draft.put(out, "regime", entry.regime);
  draft.put(out, "handling", entry.handling);
  draft.put(out, "originator", entry.originator);
  draft.put(out, "view", entry.view);
  draft.put_list(out, "roles", entry.roles, most_items, name);
  Draft::put(out, "bundle", entry.bundle);
  Draft::put(out, "register", entry.register_number);
  draft.put_list(out, "policies", entry.policies, most_items, name);
  draft.put_list(out, "field_groups", entry.field_groups, most_items, name);
  draft.put_list(out, "withheld", entry.withheld, most_items, name);
  // One for each record: the log lists them.
  Draft::put(out, "envelopes", entry.envelopes.size());
  draft.put_list(out, "erased", entry.erased, most_items,
                 [](const EntryRange& range) { return Json::array({range.first, range.second}); });
  draft.put_list(out, "erased_items", entry.erased_items, most_items,
                 [](const ItemPlace& place) { return Json::array({place.index, place.position}); });
  draft.put_list(out, "restored", entry.restored, most_items,
                 [](const EntryRange& range) { return Json::array({range.first, range.second}); });
  return out;
}

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string written(const LogSource& source, const Leaf& leaf, const crypto::Digest& leaf_hash,
                    const OcsfKind& kind, std::size_t most_items) {
  const auto& entry = leaf.entry;
  Draft draft;
  draft.json = header(source, kind, leaf.time, std::to_string(leaf.index));
  draft.json["metadata"]["sequence"] = leaf.index;
  draft.json["metadata"]["event_code"] = draft.text(entry.act);
  draft.json["message"] = draft.text(entry.act) + ": " + draft.text(entry.outcome);
  draft.put(draft.json, "status_code", entry.outcome);
  if (!entry.reason.empty()) draft.json["status_detail"] = draft.text(entry.reason, kLongestReason);
  add_parties(draft, leaf, kind.of);
  add_object(draft, leaf, kind.of);
  draft.json["raw_data_hash"] = hash_of(leaf_hash);
  auto& rest = draft.json["unmapped"] = rest_of(draft, leaf, most_items);
  if (kind.of == OcsfClass::EntityManagement) {
    draft.put(rest, "recipient", entry.recipient);
    draft.put(rest, "record_type", entry.record_type);
  }
  if (draft.cut) draft.json["metadata"]["is_truncated"] = true;
  return dumped(draft.json);
}

OcsfKind own_error(OcsfActivity activity) {
  return {OcsfClass::ApplicationError, activity, OcsfStatus::Failure, OcsfSeverity::Medium};
}

}  // namespace

SiemEvent to_ocsf(const LogSource& source, const Leaf& leaf, const crypto::Digest& leaf_hash) {
  const auto kind = ocsf_kind(leaf.entry);
  auto json = written(source, leaf, leaf_hash, kind, kMostListed);
  if (json.size() > kLargestEvent) json = written(source, leaf, leaf_hash, kind, 0);
  return {std::move(json), kind.severity, leaf.time, leaf.entry.act, leaf.index, leaf_hash};
}

SiemEvent unreadable_entry(const LogSource& source, std::uint64_t index,
                           const crypto::Digest& leaf_hash, Time now) {
  const auto kind = own_error({2, "Translation Error"});
  auto json = header(source, kind, now, std::to_string(index));
  json["metadata"]["sequence"] = index;
  json["message"] = "an entry of the audit log cannot be read by this version; the log has it";
  json["raw_data_hash"] = hash_of(leaf_hash);
  return {dumped(json), kind.severity, now, "unreadable", index, leaf_hash};
}

SiemEvent gap_event(const LogSource& source, const EntryRange& gap, GapReason reason, Time now) {
  const auto kind = own_error({1, "General Error"});
  const auto range = std::to_string(gap.first) + '-' + std::to_string(gap.second);
  auto json = header(source, kind, now, "gap-" + range);
  json["metadata"]["event_code"] = "siem-gap";
  json["message"] = "entries " + range + " of the audit log are not sent; the log has them";
  if (reason == GapReason::NotInLog) {
    json["message"] = "entries " + range + " are not in the audit log any more";
  }
  json["status_code"] = reason == GapReason::TooFarBehind ? "too-far-behind" : "not-in-log";
  json["unmapped"] = {
      {"first", gap.first}, {"last", gap.second}, {"entries", gap.second - gap.first + 1}};
  return {dumped(json), kind.severity, now, "siem-gap", std::nullopt, std::nullopt};
}

}  // namespace hub::audit
