#include "core/storage/key_run_tail.h"

#include <algorithm>
#include <cstring>

namespace hub::storage {

std::size_t KeyRunTail::KeyHash::operator()(const RunKey& key) const {
  std::size_t out = 0;
  std::memcpy(&out, key.data(), sizeof out);
  return out;
}

void KeyRunTail::append(Connection& connection, std::span<const RunEntry> entries) {
  if (entries.empty()) return;
  std::int64_t number = 0;
  {
    const std::scoped_lock lock(mutex_);
    if (last_number_ < 0) {
      auto last = connection.prepare("SELECT max(number) FROM key_run_tail WHERE idx = ?");
      last.bind(1, index_);
      last_number_ = last.step() ? last.int64(0) : 0;
    }
    number = ++last_number_;
  }
  connection.run("INSERT INTO key_run_tail (idx, number, entries) VALUES (?, ?, ?)", index_, number,
                 pack(entries));
}

void KeyRunTail::take_in(Connection& connection, std::int64_t least, std::int64_t most) {
  if (least > forgotten_ + 1) forget_below(least);
  if (most <= taken_) return;
  auto rows = connection.prepare(
      "SELECT number, entries FROM key_run_tail WHERE idx = ? AND number > ? ORDER BY number");
  rows.bind(1, index_).bind(2, std::max(taken_, forgotten_));
  while (rows.step()) {
    taken_ = rows.int64(0);
    for (const auto& entry : PackedEntries(rows.bytes(1)).all()) {
      map_.emplace(entry.key, Place{taken_, entry.row});
    }
  }
}

void KeyRunTail::forget_below(std::int64_t chunk) {
  forgotten_ = chunk - 1;
  taken_ = std::max(taken_, forgotten_);
  std::erase_if(map_, [chunk](const auto& item) { return item.second.chunk < chunk; });
}

std::vector<RunEntry> KeyRunTail::chunk(Connection& connection, std::int64_t number) const {
  auto row = connection.prepare("SELECT entries FROM key_run_tail WHERE idx = ? AND number = ?");
  row.bind(1, index_).bind(2, number);
  return row.step() ? PackedEntries(row.bytes(0)).all() : std::vector<RunEntry>();
}

std::vector<std::vector<KeyRunTail::Place>> KeyRunTail::places(Connection& connection,
                                                               std::span<const RunKey> keys,
                                                               std::optional<std::int64_t> row) {
  std::vector<std::vector<Place>> out(keys.size());
  auto ends = connection.prepare(
      "SELECT (SELECT min(number) FROM key_run_tail WHERE idx = ?1),"
      " (SELECT max(number) FROM key_run_tail WHERE idx = ?1)");
  ends.bind(1, index_);
  if (!ends.step() || ends.is_null(0)) return out;
  const auto least = ends.int64(0);

  std::int64_t forgotten = 0;
  {
    const std::scoped_lock lock(mutex_);
    take_in(connection, least, ends.int64(1));
    forgotten = forgotten_;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto [first, last] = map_.equal_range(keys[i]);
      for (auto at = first; at != last; ++at) out[i].push_back(at->second);
    }
  }
  const auto is_another = [&](const Place& place) { return row && place.row != *row; };
  for (std::size_t i = 0; i < keys.size(); ++i) {
    std::erase_if(out[i], is_another);
    keep_held(connection, keys[i], out[i]);
  }
  // This snapshot is older than what another connection has seen moved into a run.
  if (least <= forgotten) {
    scan(connection, keys, forgotten, out);
    for (auto& of_key : out) std::erase_if(of_key, is_another);
  }
  return out;
}

void KeyRunTail::keep_held(Connection& connection, const RunKey& key,
                           std::vector<Place>& places) const {
  auto row = connection.prepare("SELECT entries FROM key_run_tail WHERE idx = ? AND number = ?");
  std::erase_if(places, [&](const Place& place) {
    row.reset();
    row.bind(1, index_).bind(2, place.chunk);
    return !row.step() || !PackedEntries(row.bytes(0)).contains({key, place.row});
  });
}

void KeyRunTail::scan(Connection& connection, std::span<const RunKey> keys, std::int64_t through,
                      std::vector<std::vector<Place>>& out) const {
  auto rows =
      connection.prepare("SELECT number, entries FROM key_run_tail WHERE idx = ? AND number <= ?");
  rows.bind(1, index_).bind(2, through);
  std::unordered_multimap<RunKey, std::size_t, KeyHash> wanted;
  for (std::size_t i = 0; i < keys.size(); ++i) wanted.emplace(keys[i], i);
  while (rows.step()) {
    for (const auto& entry : PackedEntries(rows.bytes(1)).all()) {
      const auto [first, last] = wanted.equal_range(entry.key);
      for (auto at = first; at != last; ++at) out[at->second].push_back({rows.int64(0), entry.row});
    }
  }
}

std::vector<std::vector<std::int64_t>> KeyRunTail::find(Connection& connection,
                                                        std::span<const RunKey> keys) {
  const auto found = places(connection, keys);
  std::vector<std::vector<std::int64_t>> out(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    for (const auto& place : found[i]) out[i].push_back(place.row);
  }
  return out;
}

void KeyRunTail::erase(Connection& connection, const RunEntry& entry) {
  const auto found = places(connection, std::span(&entry.key, 1), entry.row);
  for (const auto& place : found.front()) {
    auto left = chunk(connection, place.chunk);
    std::erase(left, entry);
    keep_chunk(connection, place.chunk, left);
  }
}

void KeyRunTail::keep_chunk(Connection& connection, std::int64_t number,
                            const std::vector<RunEntry>& left) const {
  if (left.empty()) {
    connection.run("DELETE FROM key_run_tail WHERE idx = ? AND number = ?", index_, number);
  } else {
    connection.run("UPDATE key_run_tail SET entries = ? WHERE idx = ? AND number = ?", pack(left),
                   index_, number);
  }
}

void KeyRunTail::erase_rows(Connection& connection, const std::set<std::int64_t>& rows) const {
  std::vector<std::int64_t> numbers;
  {
    auto all = connection.prepare("SELECT number FROM key_run_tail WHERE idx = ?");
    all.bind(1, index_);
    while (all.step()) numbers.push_back(all.int64(0));
  }
  for (const auto number : numbers) {
    auto left = chunk(connection, number);
    const auto gone =
        std::erase_if(left, [&](const RunEntry& entry) { return rows.contains(entry.row); });
    if (gone > 0) keep_chunk(connection, number, left);
  }
}

KeyRunTail::Oldest KeyRunTail::oldest(Connection& connection, std::size_t least,
                                      std::size_t most) const {
  Oldest out;
  auto rows =
      connection.prepare("SELECT number, entries FROM key_run_tail WHERE idx = ? ORDER BY number");
  rows.bind(1, index_);
  while (out.entries.size() < most && rows.step()) {
    out.last_chunk = rows.int64(0);
    const auto chunk = PackedEntries(rows.bytes(1)).all();
    out.entries.insert(out.entries.end(), chunk.begin(), chunk.end());
  }
  if (out.entries.size() < least) out.entries.clear();
  return out;
}

void KeyRunTail::remove_through(Connection& connection, std::int64_t chunk) const {
  connection.run("DELETE FROM key_run_tail WHERE idx = ? AND number <= ?", index_, chunk);
}

}  // namespace hub::storage
