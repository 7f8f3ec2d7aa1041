#include "audit/evidence/evidence_answer.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <thread>
#include <utility>

#include "audit/evidence/packed_entry.h"
#include "audit/log/log_export.h"
#include "audit/log/witness_round.h"
#include "core/base/encoding.h"

namespace hub::audit {
namespace {

using nlohmann::json;
using transport::DoorStatus;

constexpr std::size_t kEntriesAtOnce = 64;  // read in one snapshot
constexpr std::chrono::milliseconds kLookAgain{50};

EvidenceAnswer refused(DoorStatus end, std::string why) { return {end, std::move(why)}; }

std::vector<std::uint64_t> numbers_in(const std::vector<EntryRange>& ranges) {
  std::vector<std::uint64_t> out;
  for (const auto& [from, to] : ranges) {
    for (auto index = from; index <= to; ++index) out.push_back(index);
  }
  return out;
}

std::vector<std::uint64_t> wanted(const EvidenceSource& source, const EvidenceRequest& request) {
  if (!request.record) return numbers_in(request.entries);
  const auto value = to_text(Bytes(request.record->bytes));
  auto out = source.store.read([&](Connection& connection) {
    return source.log.search().find(connection, ItemKind::Record, value);
  });
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

// What the answer stands on, read once: files move on while it is given.
struct Standing {
  NewestCheckpoint newest;
  std::optional<NewestCheckpoint> cosigned;  // no longer than the newest
};

std::optional<Standing> standing_of(const EvidenceSource& source, std::uint64_t look) {
  const auto until = std::chrono::steady_clock::now() + source.patience;
  auto newest = newest_checkpoint(source.checkpoint);
  while ((!newest || newest->size <= look) && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(kLookAgain);
    newest = newest_checkpoint(source.checkpoint);
  }
  if (!newest || newest->size == 0) return std::nullopt;
  Standing out{std::move(*newest),
               newest_checkpoint(WitnessRound::cosigned_beside(source.checkpoint))};
  // What was cosigned under the origin before, if the log was opened anew, is another log's.
  const auto& cosigned = out.cosigned;
  const bool ours = cosigned && cosigned->origin == out.newest.origin && cosigned->size > 0 &&
                    cosigned->size <= out.newest.size;
  if (!ours) out.cosigned.reset();
  return out;
}

json hashes_json(const std::vector<crypto::Digest>& hashes) {
  auto out = json::array();
  for (const auto& hash : hashes) out.push_back(to_base64(hash));
  return out;
}

json facts(const EvidenceSource& source, const EvidenceRequest& request, const Standing& standing) {
  json out{
      {"log", source.log_vkey}, {"witnesses", json::array()}, {"checkpoint", standing.newest.note}};
  for (const auto& [party, key] : source.witnesses) out["witnesses"].push_back(key.vkey());
  const auto continuing = [&](std::uint64_t from) {
    return hashes_json(source.store.read([&](Connection& connection) {
      return source.log.consistency(connection, from, standing.newest.size);
    }));
  };
  if (standing.cosigned) {
    out["cosigned"] = standing.cosigned->note;
    out["consistency"] = continuing(standing.cosigned->size);
  }
  if (request.since > 0) out["since"] = continuing(request.since);
  return out;
}

bool is_opened(const EvidenceRequest& request, const Item& item) {
  if (!request.open.contains(item.kind)) return false;
  if (item.kind != ItemKind::Record || !request.record) return true;
  return same_bytes(as_bytes(item.open()->value), request.record->bytes);
}

std::optional<PackedEntry> packed(Connection& connection, const EvidenceRequest& request,
                                  std::uint64_t index) {
  auto rows = connection.prepare("SELECT leaf, detail IS NULL FROM log_entry WHERE idx = ?");
  rows.bind(1, index);
  if (!rows.step()) return std::nullopt;
  PackedEntry out{index, to_text(rows.bytes(0)), {}, false};
  const auto leaf = parse_leaf(out.leaf);
  if (!leaf) return std::nullopt;
  out.detail_erased = leaf->detail && rows.int64(1) != 0;
  for (auto& item : Log::items(connection, index)) {
    const bool gone = item.open() == nullptr;
    const bool opened = !gone && is_opened(request, item);
    out.items.push_back({opened ? std::move(item) : erased(item), gone});
  }
  return check_packed_entry(out) ? std::optional(std::move(out)) : std::nullopt;
}

class EvidenceLines {
 public:
  EvidenceLines(const EvidenceSource& source, const EvidenceRequest& request,
                const Standing& standing)
      : source_(source), request_(request), standing_(standing) {}

  // Lines of these entries; nothing when one is damaged or too large, which damaged() names.
  std::optional<std::string> of(std::span<const std::uint64_t> indices) {
    return source_.store.read([&](Connection& connection) -> std::optional<std::string> {
      std::string out;
      for (const auto index : indices) {
        const auto entry = packed(connection, request_, index);
        auto line = entry ? write_packed_entry(*entry) : std::string();
        if (line.empty() || line.size() > kLargestPackedEntry) {
          unpackable_ = index;
          return std::nullopt;
        }
        const auto path = hashes_json(source_.log.inclusion(connection, index, tree_for(index)));
        out.append(R"({"entry":)").append(line).append(R"(,"path":)").append(path.dump()) += "}\n";
      }
      return out;
    });
  }

  [[nodiscard]] std::uint64_t unpackable() const { return unpackable_; }

 private:
  [[nodiscard]] std::uint64_t tree_for(std::uint64_t index) const {
    const auto& cosigned = standing_.cosigned;
    return cosigned && index < cosigned->size ? cosigned->size : standing_.newest.size;
  }

  const EvidenceSource& source_;
  const EvidenceRequest& request_;
  const Standing& standing_;
  std::uint64_t unpackable_ = 0;
};

EvidenceAnswer give(const EvidenceSource& source, const EvidenceRequest& request,
                    const Standing& standing, std::span<const std::uint64_t> indices,
                    const std::function<bool(Bytes)>& block) {
  EvidenceLines lines(source, request, standing);
  while (!indices.empty()) {
    const auto now = indices.first(std::min(indices.size(), kEntriesAtOnce));
    indices = indices.subspan(now.size());
    const auto text = lines.of(now);
    if (!text) {
      return refused(DoorStatus::Failed,
                     "entry " + std::to_string(lines.unpackable()) +
                         " is damaged, or too large for a pack; verify the log");
    }
    if (!block(as_bytes(*text))) return refused(DoorStatus::Failed, "");
  }
  return {DoorStatus::Ok, ""};
}

std::string noted(const EvidenceRequest& request) { return "opened: " + names_of(request.open); }

// Before anything is recorded: what can never be answered.
std::optional<EvidenceAnswer> objection(const EvidenceSource& source,
                                        const EvidenceRequest& request,
                                        const std::vector<std::uint64_t>& indices) {
  const auto size = source.log.head().size;
  if (!request.record && (indices.empty() || indices.back() >= size)) {
    return refused(DoorStatus::Usage, "the log holds " + std::to_string(size) +
                                          " entries, numbered from 0: name some of these");
  }
  if (indices.size() > kMostPackedEntries) {
    return refused(DoorStatus::Usage,
                   "more than 10,000 entries name that record; pack them by --entries");
  }
  return std::nullopt;
}

}  // namespace

EvidenceAnswer answer_evidence(const EvidenceSource& source, const EvidenceRequest& request,
                               Entry look, Detail about, const std::function<bool(Bytes)>& block) {
  auto indices = wanted(source, request);
  if (auto no = objection(source, request, indices)) return std::move(*no);
  look.act = "consultation";
  look.outcome = "evidence-packed";
  look.purpose = request.purpose;
  look.count = indices.size();
  about.note = noted(request);
  if (request.record) about.record_ids = {*request.record};
  std::uint64_t own = 0;
  const bool recorded = source.store.commit(
      [&](Connection& connection) { own = source.log.append(connection, look, about); });
  if (!recorded) {
    return refused(DoorStatus::Failed, "the look could not be recorded, so nothing is shown");
  }
  if (indices.empty())
    return refused(DoorStatus::Refused, "no entry of this log names that record");
  const auto standing = standing_of(source, own);
  if (!standing) {
    return refused(DoorStatus::Failed, "no checkpoint of this log has been signed; try again");
  }
  if (request.since > standing->newest.size) {
    return refused(DoorStatus::Refused,
                   "the log is shorter than the checkpoint held from before: it was put back to an "
                   "earlier state; keep that checkpoint and tell the auditor");
  }
  auto told = facts(source, request, *standing);
  told["request"] = own;
  told["not_signed_yet"] =
      std::ranges::count_if(indices, [&](auto index) { return index >= standing->newest.size; });
  std::erase_if(indices, [&](auto index) { return index >= standing->newest.size; });
  if (indices.empty()) {
    return refused(DoorStatus::Failed, "none of these entries is signed yet; try again");
  }
  if (own < standing->newest.size) indices.push_back(own);
  if (!block(as_bytes(told.dump() + "\n"))) return refused(DoorStatus::Failed, "");
  return give(source, request, *standing, indices, block);
}

}  // namespace hub::audit
