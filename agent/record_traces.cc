#include "agent/record_traces.h"

#include <algorithm>
#include <optional>

namespace hub::agent {
namespace {

using audit::ItemKind;

// The id that an open item holds.
std::optional<Uuid> id_in(const audit::Item& item) {
  const auto* const open = item.open();
  if (open == nullptr || item.kind != ItemKind::Record) return std::nullopt;
  return uuid_from(as_bytes(open->value));
}

bool is_consultation(storage::Connection& store, std::uint64_t entry) {
  const auto stored = audit::Log::entries(store, entry, 1);
  if (stored.empty() || stored.front().index != entry) return false;
  const auto leaf = audit::parse_leaf(stored.front().leaf);
  return leaf && leaf->entry.act == "consultation";
}

bool goes_with_the_record(ItemKind kind, bool of_nobody_else) {
  switch (kind) {
    case ItemKind::Asked: return true;
    case ItemKind::Relation:
    case ItemKind::Justification: return of_nobody_else;
    case ItemKind::Actor:
    case ItemKind::Device:
    case ItemKind::Note:
    case ItemKind::Record: return false;
  }
  return false;
}

}  // namespace

std::vector<std::size_t> traces_among(std::span<const audit::Item> items, bool look,
                                      const std::set<Uuid>& ids) {
  std::vector<std::size_t> out;
  const auto names = [&](const audit::Item& item) {
    const auto id = id_in(item);
    return id && ids.contains(*id);
  };
  if (std::ranges::none_of(items, names)) return out;
  const auto is_of_another = [&](const audit::Item& item) {
    const auto id = id_in(item);
    return id && !ids.contains(*id);
  };
  const bool of_nobody_else = std::ranges::none_of(items, is_of_another);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].open() == nullptr) continue;
    const auto id = id_in(items[i]);
    const bool goes =
        id ? ids.contains(*id) : look && goes_with_the_record(items[i].kind, of_nobody_else);
    if (goes) out.push_back(i);
  }
  return out;
}

std::vector<audit::ItemPlace> traces_of(storage::Connection& store, audit::Log& log,
                                        const std::set<Uuid>& ids) {
  log.search().write(store);
  std::set<std::uint64_t> entries;
  for (const auto& id : ids) {
    for (const auto entry : log.search().find(store, ItemKind::Record, as_text(id.bytes))) {
      entries.insert(entry);
    }
  }
  std::vector<audit::ItemPlace> out;
  for (const auto entry : entries) {
    const auto items = audit::Log::items(store, entry);
    for (const auto position : traces_among(items, is_consultation(store, entry), ids)) {
      out.push_back({entry, position});
    }
  }
  return out;
}

}  // namespace hub::agent
