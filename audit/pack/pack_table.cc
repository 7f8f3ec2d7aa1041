#include "audit/pack/pack_table.h"

#include <array>
#include <vector>

#include "core/base/encoding.h"

namespace hub::audit {
namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kFormulas = "=+-@\t\r\n|%";
constexpr std::array<std::string_view, 21> kLeafColumns{
    "entry",       "time",     "party",      "act",       "outcome", "count",
    "record_type", "sender",   "recipient",  "agreement", "purpose", "legal_basis",
    "regime",      "handling", "originator", "view",      "roles",   "field_groups",
    "withheld",    "policies", "reason"};
constexpr std::array<ItemKind, 7> kItemColumns{
    ItemKind::Actor, ItemKind::Device,   ItemKind::Justification, ItemKind::Note,
    ItemKind::Asked, ItemKind::Relation, ItemKind::Record};

void add_cell(std::string& row, std::string_view text) {
  row += row.empty() ? "\"" : ",\"";
  if (!text.empty() && kFormulas.find(text.front()) != std::string_view::npos) row += '\'';
  for (const char c : text) {
    if (c == '"') row += '"';
    if (c != '\0') row += c;
  }
  row += '"';
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out.append(out.empty() ? "" : "; ").append(text);
  return out;
}

// Of one kind, in order: many closed ones are told by their number.
std::string items_text(const PackedEntry& entry, ItemKind kind) {
  std::vector<std::string> texts;
  std::size_t closed = 0;
  std::size_t gone = 0;
  for (const auto& packed : entry.items) {
    if (packed.item.kind != kind) continue;
    if (packed.item.open() != nullptr) {
      texts.push_back(shown_value(packed.item));
    } else {
      ++(packed.erased ? gone : closed);
    }
  }
  const auto counted = [&](std::size_t count, const std::string& word) {
    if (count == 1) texts.push_back("(" + word + ")");
    if (count > 1) texts.push_back("(" + std::to_string(count) + " " + word + ")");
  };
  counted(closed, "closed");
  counted(gone, "erased");
  return joined(texts);
}

}  // namespace

std::string pack_table_head() {
  std::string row;
  for (const auto name : kLeafColumns) add_cell(row, name);
  for (const auto kind : kItemColumns) add_cell(row, name_of(kind));
  return std::string(kMark).append(row).append(kLineEnd);
}

std::string pack_table_row(const PackedEntry& packed, const Leaf& leaf) {
  const auto& entry = leaf.entry;
  const std::array<std::string, kLeafColumns.size()> cells{std::to_string(leaf.index),
                                                           to_iso(leaf.time),
                                                           leaf.party,
                                                           entry.act,
                                                           entry.outcome,
                                                           std::to_string(entry.count),
                                                           entry.record_type,
                                                           entry.sender,
                                                           entry.recipient,
                                                           entry.agreement,
                                                           entry.purpose,
                                                           entry.legal_basis,
                                                           entry.regime,
                                                           entry.handling,
                                                           entry.originator,
                                                           entry.view,
                                                           joined(entry.roles),
                                                           joined(entry.field_groups),
                                                           joined(entry.withheld),
                                                           joined(entry.policies),
                                                           entry.reason};
  std::string row;
  for (const auto& cell : cells) add_cell(row, cell);
  for (const auto kind : kItemColumns) {
    add_cell(row, packed.detail_erased ? "(erased)" : items_text(packed, kind));
  }
  return row.append(kLineEnd);
}

}  // namespace hub::audit
