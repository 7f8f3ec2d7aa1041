#include "audit/evidence/packed_entry.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/encoding.h"
#include "core/base/json.h"

namespace hub::audit {
namespace {

using nlohmann::json;

bool is_utf8(const std::string& text) {
  try {
    static_cast<void>(json(text).dump());
    return true;
  } catch (const json::exception&) {
    return false;
  }
}

json item_json(const PackedItem& packed) {
  json out{{"kind", name_of(packed.item.kind)}};
  const auto* const open = packed.item.open();
  if (open == nullptr) {
    out["commitment"] = to_base64(commitment_to(packed.item));
    if (packed.erased) out["erased"] = true;
    return out;
  }
  out["salt"] = to_base64(open->salt);
  auto shown = shown_value(packed.item);
  if (is_utf8(shown)) {
    out["value"] = std::move(shown);
  } else {
    out["value_base64"] = to_base64(as_bytes(open->value));
  }
  return out;
}

std::optional<std::string> text_in(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<crypto::Digest> bytes32_in(const json& object, const char* name) {
  const auto text = text_in(object, name);
  const auto bytes = text ? from_base64(*text) : std::nullopt;
  crypto::Digest out{};
  if (!bytes || bytes->size() != out.size()) return std::nullopt;
  std::ranges::copy(*bytes, out.begin());
  return out;
}

std::optional<std::string> value_in(const json& object, ItemKind kind) {
  if (const auto shown = text_in(object, "value")) return value_from(kind, *shown);
  const auto text = text_in(object, "value_base64");
  const auto bytes = text ? from_base64(*text) : std::nullopt;
  const bool fits = bytes && kind != ItemKind::Record && bytes->size() <= kLongestItem;
  return fits ? std::optional(to_text(*bytes)) : std::nullopt;
}

// Members that no item has make the line one of another spelling.
std::optional<PackedItem> item_from(const json& object) {
  if (!object.is_object()) return std::nullopt;
  const auto name = text_in(object, "kind");
  const auto kind = name ? item_kind_of(*name) : std::nullopt;
  if (!kind) return std::nullopt;
  if (const auto commitment = bytes32_in(object, "commitment")) {
    return PackedItem{{*kind, *commitment}, object.contains("erased")};
  }
  const auto salt = bytes32_in(object, "salt");
  auto value = value_in(object, *kind);
  if (!salt || !value) return std::nullopt;
  return PackedItem{{*kind, OpenItem{*salt, std::move(*value)}}, false};
}

bool read_packed_items(const json& object, std::vector<PackedItem>& out) {
  const auto found = object.find("items");
  if (found == object.end()) return true;
  if (!found->is_array() || found->size() > kMostItems) return false;
  for (const auto& each : *found) {
    auto item = item_from(each);
    if (!item) return false;
    out.push_back(std::move(*item));
  }
  return true;
}

}  // namespace

std::string_view describe(PackedEntryFault fault) {
  switch (fault) {
    case PackedEntryFault::Malformed: return "the line is no entry in its one valid form";
    case PackedEntryFault::NoLeaf: return "its leaf is not a log entry in its one valid form";
    case PackedEntryFault::OtherNumber: return "its leaf carries another number";
    case PackedEntryFault::OtherDetail:
      return "its items are not those that its leaf commits to: one was changed, moved, added or "
             "left out";
    case PackedEntryFault::MissingDetail: return "its leaf commits to a detail that is left out";
    case PackedEntryFault::UncalledDetail: return "it has items that its leaf does not commit to";
  }
  return "the line is no entry in its one valid form";
}

std::string write_packed_entry(const PackedEntry& entry) {
  json out{{"index", entry.index}, {"leaf", entry.leaf}};
  for (const auto& item : entry.items) out["items"].push_back(item_json(item));
  if (entry.detail_erased) out["detail_erased"] = true;
  return out.dump();
}

Result<PackedEntry, PackedEntryFault> parse_packed_entry(std::string_view line) {
  const auto object = parse_json(line, {.max_bytes = kLargestPackedEntry, .max_depth = 4});
  if (!object || !object->is_object()) return fail(PackedEntryFault::Malformed);
  PackedEntry out;
  const auto index = object->value("index", json());
  auto leaf = text_in(*object, "leaf");
  if (!index.is_number_unsigned() || !leaf || !read_packed_items(*object, out.items)) {
    return fail(PackedEntryFault::Malformed);
  }
  out.index = index.get<std::uint64_t>();
  out.leaf = std::move(*leaf);
  out.detail_erased = object->contains("detail_erased");
  // One spelling for each entry: order, spaces, escapes and unknown members included.
  if (write_packed_entry(out) != line) return fail(PackedEntryFault::Malformed);
  return out;
}

Result<Leaf, PackedEntryFault> check_packed_entry(const PackedEntry& entry) {
  auto leaf = parse_leaf(entry.leaf);
  if (!leaf) return fail(PackedEntryFault::NoLeaf);
  if (leaf->index != entry.index) return fail(PackedEntryFault::OtherNumber);
  const auto committed = leaf->detail;
  if (!committed) {
    if (!entry.items.empty() || entry.detail_erased) return fail(PackedEntryFault::UncalledDetail);
    return std::move(*leaf);
  }
  if (entry.items.empty()) {
    if (!entry.detail_erased) return fail(PackedEntryFault::MissingDetail);
    return std::move(*leaf);
  }
  std::vector<Item> items;
  items.reserve(entry.items.size());
  for (const auto& packed : entry.items) items.push_back(packed.item);
  if (entry.detail_erased || commitment_to(items) != *committed) {
    return fail(PackedEntryFault::OtherDetail);
  }
  return std::move(*leaf);
}

}  // namespace hub::audit
