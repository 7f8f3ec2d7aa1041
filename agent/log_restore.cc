#include "agent/log_restore.h"

#include <algorithm>
#include <utility>

#include "agent/record_traces.h"

namespace hub::agent {
namespace {

using storage::Connection;

// How many of the leaves the log has.
std::size_t leaves_there(Connection& store, const audit::MirroredLeaves& mirrored) {
  std::size_t out = 0;
  auto rows = store.prepare("SELECT leaf FROM log_entry WHERE idx >= ? ORDER BY idx");
  rows.bind(1, mirrored.from);
  while (out < mirrored.leaves.size() && rows.step() &&
         as_text(rows.bytes(0)) == mirrored.leaves[out]) {
    ++out;
  }
  return out;
}

// What the leaves erased of the entries before `end`: of later ones there is no detail.
std::vector<audit::Entry> erasures_in(std::span<const std::string> leaves, std::uint64_t end) {
  std::vector<audit::Entry> out;
  for (const auto& bytes : leaves) {
    auto leaf = audit::parse_leaf(bytes);
    if (!leaf) continue;
    auto& entry = leaf->entry;
    if (entry.act != "erasure" && entry.erased_items.empty()) continue;
    std::erase_if(entry.erased, [&](const auto& range) { return range.first >= end; });
    for (auto& range : entry.erased) range.second = std::min(range.second, end - 1);
    std::erase_if(entry.erased_items, [&](const auto& place) { return place.index >= end; });
    out.push_back(std::move(entry));
  }
  return out;
}

// What is left of an own entry that names erased records.
void forget_records(audit::TakenBack& entry, std::uint64_t number, const std::set<Uuid>& erased,
                    std::vector<audit::ItemPlace>& places) {
  const bool look = entry.leaf.entry.act == "consultation";
  for (const auto position : traces_among(entry.items, look, erased)) {
    entry.items[position] = audit::erased(entry.items[position]);
    places.push_back({number, position});
  }
}

}  // namespace

LogRestored restore_log(Connection& store, audit::Log& log, Eraser& eraser,
                        const schemas::Catalogue& catalogue, const audit::MirroredLeaves& mirrored,
                        audit::Entry entry, const audit::Detail& detail) {
  const auto there = leaves_there(store, mirrored);
  const auto missing = std::span(mirrored.leaves).subspan(there);
  LogRestored out{mirrored.from + there, missing.size(), 0, 0};
  if (missing.empty()) return out;
  auto own = log.take_back(store, out.first);
  out.own = own.size();
  // Before any row is written again: what is erased is then in none that moves.
  const auto erasures = erasures_in(missing, out.first);
  out.erasures = erasures.size();
  const auto erased = eraser.replay(store, catalogue, erasures);
  log.insert(store, missing);
  std::vector<audit::ItemPlace> places;
  auto number = out.first + out.restored;
  for (auto& each : own) {
    forget_records(each, number++, erased, places);
    (void)log.append_again(store, std::move(each), out.first, out.restored);
  }
  // Of later entries no detail is there any more to look after.
  store.run("UPDATE retention_progress SET next_entry = ? WHERE next_entry > ?", out.first,
            out.first);
  entry.act = "admin";
  entry.outcome = kLogRestored;
  entry.count = out.restored;
  entry.restored = {{out.first, out.first + out.restored - 1}};
  (void)log.erase(store, {{}, std::move(places)}, entry, detail);
  return out;
}

}  // namespace hub::agent
