#include "core/storage/key_run_tail.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace hub::storage {
namespace {

RunKey key_from(Bytes bytes) {
  RunKey out{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), out.size()), out.begin());
  return out;
}

}  // namespace

std::size_t KeyRunTail::KeyHash::operator()(const RunKey& key) const {
  std::size_t out = 0;
  std::memcpy(&out, key.data(), sizeof out);
  return out;
}

void KeyRunTail::append(Connection& connection, const RunKey& key, std::int64_t row) {
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
  connection.run("INSERT INTO key_run_tail (idx, number, key, row) VALUES (?, ?, ?, ?)", index_,
                 number, key, row);
}

void KeyRunTail::take_in(Connection& connection, std::int64_t least, std::int64_t most) {
  if (least > forgotten_ + 1) forget_below(least);
  if (most <= taken_) return;
  auto rows = connection.prepare(
      "SELECT number, key, row FROM key_run_tail WHERE idx = ? AND number > ? ORDER BY number");
  rows.bind(1, index_).bind(2, std::max(taken_, forgotten_));
  while (rows.step()) {
    taken_ = rows.int64(0);
    map_.emplace(key_from(rows.bytes(1)), Place{taken_, rows.int64(2)});
  }
}

void KeyRunTail::forget_below(std::int64_t number) {
  forgotten_ = number - 1;
  taken_ = std::max(taken_, forgotten_);
  std::erase_if(map_, [number](const auto& item) { return item.second.number < number; });
}

bool KeyRunTail::is_there(Connection& connection, const Entry& entry) const {
  auto row = connection.prepare(
      "SELECT 1 FROM key_run_tail WHERE idx = ? AND number = ? AND key = ? AND row = ?");
  row.bind(1, index_).bind(2, entry.number).bind(3, entry.key).bind(4, entry.row);
  return row.step();
}

std::vector<std::vector<KeyRunTail::Entry>> KeyRunTail::find(Connection& connection,
                                                             std::span<const RunKey> keys) {
  std::vector<std::vector<Entry>> out(keys.size());
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
      for (auto at = first; at != last; ++at) {
        out[i].push_back({at->second.number, keys[i], at->second.row});
      }
    }
  }
  for (auto& entries : out) {
    std::erase_if(entries, [&](const Entry& entry) { return !is_there(connection, entry); });
  }
  // This snapshot is older than what another connection has seen moved into a run.
  if (least <= forgotten) scan(connection, keys, forgotten, out);
  return out;
}

void KeyRunTail::scan(Connection& connection, std::span<const RunKey> keys, std::int64_t through,
                      std::vector<std::vector<Entry>>& out) const {
  auto rows =
      connection.prepare("SELECT number, key, row FROM key_run_tail WHERE idx = ? AND number <= ?");
  rows.bind(1, index_).bind(2, through);
  std::unordered_multimap<RunKey, std::size_t, KeyHash> wanted;
  for (std::size_t i = 0; i < keys.size(); ++i) wanted.emplace(keys[i], i);
  while (rows.step()) {
    const Entry entry{rows.int64(0), key_from(rows.bytes(1)), rows.int64(2)};
    const auto [first, last] = wanted.equal_range(entry.key);
    for (auto at = first; at != last; ++at) out[at->second].push_back(entry);
  }
}

void KeyRunTail::erase(Connection& connection, const RunKey& key, std::int64_t row) {
  const auto found = find(connection, std::span(&key, 1));
  for (const auto& entry : found.front()) {
    if (entry.row != row) continue;
    connection.run("DELETE FROM key_run_tail WHERE idx = ? AND number = ?", index_, entry.number);
  }
}

std::vector<KeyRunTail::Entry> KeyRunTail::oldest(Connection& connection, std::size_t least,
                                                  std::size_t most) const {
  std::vector<Entry> out;
  auto rows = connection.prepare(
      "SELECT number, key, row FROM key_run_tail WHERE idx = ? ORDER BY number LIMIT ?");
  rows.bind(1, index_).bind(2, most);
  while (rows.step()) out.push_back({rows.int64(0), key_from(rows.bytes(1)), rows.int64(2)});
  if (out.size() < least) out.clear();
  return out;
}

void KeyRunTail::remove_through(Connection& connection, std::int64_t number) const {
  connection.run("DELETE FROM key_run_tail WHERE idx = ? AND number <= ?", index_, number);
}

}  // namespace hub::storage
