#include "audit/evidence/evidence_request.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "audit/log/purpose.h"
#include "audit/proof/note_lines.h"
#include "core/base/json.h"

namespace hub::audit {
namespace {

using nlohmann::json;

constexpr std::array<ItemKind, 7> kAllKinds{
    ItemKind::Actor, ItemKind::Device,   ItemKind::Justification, ItemKind::Note,
    ItemKind::Asked, ItemKind::Relation, ItemKind::Record};

constexpr std::string_view kSayWhich =
    "give the entries as ranges of their numbers, rising, or a record's id; 10,000 entries at most";
constexpr std::string_view kSayWhy =
    "give the purpose: lawfulness, self-monitoring, integrity or criminal-proceedings";

// The text up to the next comma, which is taken away.
std::string_view take_part(std::string_view& text) {
  const auto end = std::min(text.find(','), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

// Rising, without overlaps, and not too many.
bool are_in_order(const std::vector<EntryRange>& ranges) {
  std::uint64_t count = 0;
  std::optional<std::uint64_t> last;
  for (const auto& [from, to] : ranges) {
    if (from > to || (last && from <= *last) || to - from >= kMostPackedEntries) return false;
    count += to - from + 1;
    last = to;
  }
  return count > 0 && count <= kMostPackedEntries;
}

bool read_entry_ranges(const json& value, std::vector<EntryRange>& out) {
  if (!value.is_array() || value.size() > kMostPackedEntries) return false;
  for (const auto& each : value) {
    const bool pair = each.is_array() && each.size() == 2 && each[0].is_number_unsigned() &&
                      each[1].is_number_unsigned();
    if (!pair) return false;
    out.emplace_back(each[0].get<std::uint64_t>(), each[1].get<std::uint64_t>());
  }
  return are_in_order(out);
}

bool read_kinds(const json& value, std::set<ItemKind>& out) {
  if (!value.is_array()) return false;
  for (const auto& each : value) {
    const auto kind = each.is_string() ? item_kind_of(each.get_ref<const std::string&>())
                                       : std::optional<ItemKind>();
    if (!kind) return false;
    out.insert(*kind);
  }
  return true;
}

bool read_wanted(const json& object, EvidenceRequest& out) {
  const auto record = object.value("record", json());
  if (!object.contains("entries")) {
    out.record = record.is_string() ? parse_uuid(record.get<std::string>()) : std::nullopt;
    return out.record.has_value();
  }
  return record.is_null() && read_entry_ranges(object.at("entries"), out.entries);
}

}  // namespace

json to_json(const EvidenceRequest& request) {
  json out{{"purpose", request.purpose}, {"open", json::array()}};
  for (const auto kind : request.open) out["open"].push_back(name_of(kind));
  for (const auto& [from, to] : request.entries) out["entries"].push_back({from, to});
  if (request.record) out["record"] = to_string(*request.record);
  if (request.since > 0) out["since"] = request.since;
  return out;
}

Result<EvidenceRequest, std::string> parse_evidence_request(std::string_view text) {
  const auto object = parse_json(text, {.max_bytes = 64U << 10U, .max_depth = 4});
  if (!object || !object->is_object())
    return fail(std::string("the request is no JSON object of 64 KiB at most"));
  EvidenceRequest out;
  if (!read_wanted(*object, out)) return fail(std::string(kSayWhich));
  if (!read_kinds(object->value("open", json::array()), out.open)) {
    return fail(std::string("what is to be opened is no kind of item"));
  }
  const auto purpose = object->value("purpose", json());
  if (purpose.is_string()) out.purpose = purpose.get<std::string>();
  if (!log_purpose_of(out.purpose)) return fail(std::string(kSayWhy));
  const auto since = object->value("since", json(std::uint64_t{0}));
  if (!since.is_number_unsigned()) return fail(std::string("the earlier size is no number"));
  out.since = since.get<std::uint64_t>();
  return out;
}

std::optional<std::vector<EntryRange>> entry_ranges_of(std::string_view text) {
  std::vector<EntryRange> out;
  if (text.ends_with(',')) return std::nullopt;
  while (!text.empty()) {
    const auto part = take_part(text);
    const auto dash = std::min(part.find('-'), part.size());
    const auto from = parse_number(part.substr(0, dash));
    const auto to = dash == part.size() ? from : parse_number(part.substr(dash + 1));
    if (!from || !to || out.size() == kMostPackedEntries) return std::nullopt;
    out.emplace_back(*from, *to);
  }
  return are_in_order(out) ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<std::set<ItemKind>> item_kinds_of(std::string_view text) {
  if (text == "all") return std::set(kAllKinds.begin(), kAllKinds.end());
  if (text == "none") return std::set<ItemKind>();
  std::set<ItemKind> out;
  if (text.ends_with(',')) return std::nullopt;
  while (!text.empty()) {
    const auto kind = item_kind_of(take_part(text));
    if (!kind) return std::nullopt;
    out.insert(*kind);
  }
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

std::string names_of(const std::set<ItemKind>& kinds) {
  std::string out;
  for (const auto kind : kinds) out.append(out.empty() ? "" : ", ").append(name_of(kind));
  return out.empty() ? "nothing" : out;
}

}  // namespace hub::audit
