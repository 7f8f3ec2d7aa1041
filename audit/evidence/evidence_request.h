// What an auditor asks to have packed (the local door's verb audit.pack):
//
//   {"entries": [[5, 5], [20, 40]]} or {"record": id}, "open": ["record", ...], "purpose": why by
//   DPA 2018 s62(4), and where there is one "since": the size of a checkpoint held from before
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "audit/log/detail.h"
#include "audit/log/entry.h"
#include "core/base/result.h"
#include "core/base/uuid.h"

namespace hub::audit {

// In one pack, without the entry that says that it was made.
inline constexpr std::size_t kMostPackedEntries = 10'000;

struct EvidenceRequest {
  std::vector<EntryRange> entries;  // of these, or
  std::optional<Uuid> record;       // all whose details name it
  std::set<ItemKind> open;  // of a record asked for only its own items, never another record's
  std::string purpose;
  std::uint64_t since = 0;  // 0: none

  bool operator==(const EvidenceRequest&) const = default;
};

[[nodiscard]] nlohmann::json to_json(const EvidenceRequest& request);
// What is wrong with it, for the one who asks.
[[nodiscard]] Result<EvidenceRequest, std::string> parse_evidence_request(std::string_view text);

// "5,7,20-40", each number once and rising; nothing when it is none, or names too many.
[[nodiscard]] std::optional<std::vector<EntryRange>> entry_ranges_of(std::string_view text);
// "actor,device", "all" or "none".
[[nodiscard]] std::optional<std::set<ItemKind>> item_kinds_of(std::string_view text);
// Back again: "actor, device"; "nothing" for none.
[[nodiscard]] std::string names_of(const std::set<ItemKind>& kinds);

}  // namespace hub::audit
