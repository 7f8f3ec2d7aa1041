#include "audit/log/log.h"

#include <algorithm>
#include <utility>

#include "audit/proof/checkpoint.h"
#include "core/base/byte_writer.h"
#include "core/base/result.h"
#include "core/crypto/merkle.h"
#include "core/crypto/secret.h"
#include "core/storage/store_error.h"

namespace hub::audit {
namespace {

// Ranges in one entry: each takes at most 43 bytes of a leaf.
constexpr std::size_t kMostRanges = 1000;
// The same for single items, which take at most 28.
constexpr std::size_t kMostPlaces = 1500;

// Room for all tiles of a million entries; filled only by proofs from all over a log.
constexpr std::size_t kTileCacheBytes = 64U << 20U;

[[noreturn]] void refuse(const Connection& connection, const std::string& what) {
  throw storage::StoreError(storage::StoreFault::Damaged,
                            connection.file().string() + ": " + what +
                                "; stop, keep the files as they are and run the verification");
}

bool has_tables(Connection& connection) {
  return connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'log_frontier'").step();
}

Frontier stored_frontier(Connection& connection) {
  auto row = connection.prepare("SELECT state FROM log_frontier");
  if (!row.step()) return {};
  auto frontier = Frontier::parse(row.bytes(0));
  if (!frontier) refuse(connection, "the edge of the audit log cannot be read");
  return std::move(*frontier);
}

std::uint64_t count_entries(Connection& connection) {
  auto row = connection.prepare("SELECT max(idx) FROM log_entry");
  return row.step() && !row.is_null(0) ? static_cast<std::uint64_t>(row.int64(0)) + 1 : 0;
}

std::vector<Item> items_in(const Connection& connection, Bytes stored) {
  auto items = parse_items(stored);
  if (!items) refuse(connection, "the detail of an entry cannot be read");
  return std::move(*items);
}

Buffer side_by_side(const std::vector<crypto::Digest>& hashes) {
  Buffer out;
  out.reserve(hashes.size() * sizeof(crypto::Digest));
  for (const auto& hash : hashes) append(out, hash);
  return out;
}

std::vector<EntryRange> ranges_of(std::vector<std::uint64_t>& indices) {
  std::ranges::sort(indices);
  std::vector<EntryRange> out;
  for (const auto index : indices) {
    if (!out.empty() && index <= out.back().second + 1) {
      out.back().second = index;
    } else {
      out.emplace_back(index, index);
    }
  }
  return out;
}

}  // namespace

const char* const kLogTables =
    "CREATE TABLE log_entry (idx INTEGER PRIMARY KEY, leaf BLOB NOT NULL, detail BLOB) STRICT;"
    "CREATE TABLE log_tile (level INTEGER NOT NULL, tile INTEGER NOT NULL, hashes BLOB NOT NULL,"
    " PRIMARY KEY (level, tile)) WITHOUT ROWID, STRICT;"
    "CREATE TABLE log_frontier (one INTEGER PRIMARY KEY CHECK (one = 1), state BLOB NOT NULL)"
    " STRICT;";

Log::Log(std::string origin, std::string party, const Clock& clock, SearchKey key)
    : origin_(std::move(origin)),
      party_(std::move(party)),
      clock_(clock),
      search_(std::move(key)),
      head_(storage::empty_tree()),
      tiles_(kTileCacheBytes) {
  require(is_origin(origin_), "a log's origin is a key name");
}

TreeHead Log::load(Connection& connection) {
  edge_ = {};
  tiles_.clear();
  if (has_tables(connection)) load_edge(connection);
  committed_ = edge_;
  changed_ = false;
  const std::scoped_lock lock(mutex_);
  head_ = {edge_.frontier.size(), edge_.frontier.root()};
  return head_;
}

// The open tiles come from the entries and the tiles below; what they hash to must be the edge.
void Log::load_edge(Connection& connection) {
  const auto stored = stored_frontier(connection);
  if (stored.size() != count_entries(connection)) {
    refuse(connection, "the audit log has not as many entries as its edge says");
  }
  edge_ = edge_of(connection, stored.size(), tiles_);
  if (edge_.frontier != stored) {
    refuse(connection, "the edge of the audit log is not that of its entries");
  }
}

Log::Edge Log::edge_of(Connection& connection, std::uint64_t size, TileCache& cache) {
  Edge out;
  TileSource source(connection, size, cache);
  std::vector<crypto::Digest> subtrees;  // the largest first, as an edge has them
  unsigned level = 0;
  for (auto hashes = size; hashes > 0; hashes /= kTileWidth, ++level) {
    auto& open = out.open_tiles.emplace_back();
    Frontier part;
    for (auto at = hashes - hashes % kTileWidth; at < hashes; ++at) {
      open.push_back(source.hash(level * kTileHeight, at));
      part.append(open.back());
    }
    subtrees.insert(subtrees.begin(), part.subtrees().begin(), part.subtrees().end());
  }
  auto stored = ByteWriter().u64(size).raw(side_by_side(subtrees)).take();
  out.frontier =
      promised(Frontier::parse(stored), "an edge has a subtree for each bit of its size");
  return out;
}

std::uint64_t Log::append(Connection& connection, const Entry& entry, const Detail& detail) {
  Leaf leaf{entry, party_, edge_.frontier.size(), clock_.now(), std::nullopt};
  const auto items = items_of(detail);
  if (!items.empty()) leaf.detail = commitment_to(items);
  const auto bytes = write_leaf(leaf);
  if (bytes.size() > kLargestLeaf) {
    throw EntryTooLarge("an entry of the audit log would be larger than 65,535 bytes; send " +
                        std::to_string(kMostEnvelopes) + " envelopes or fewer at a time");
  }
  put(connection, leaf.index, bytes, write_items(items));
  for (const auto& item : items) search_.add(item, leaf.index);
  return leaf.index;
}

// No items, no detail.
void Log::put(Connection& connection, std::uint64_t index, std::string_view leaf, Bytes detail) {
  // Over a row that was emptied, when entries were taken back.
  auto insert = connection.prepare(
      "INSERT INTO log_entry (idx, leaf, detail) VALUES (?, ?, ?) ON CONFLICT (idx) DO UPDATE SET "
      "leaf = excluded.leaf, detail = excluded.detail WHERE length(leaf) = 0");
  insert.bind(1, index).bind(2, as_bytes(leaf));
  if (detail.empty()) {
    insert.bind(3, nullptr);
  } else {
    insert.bind(3, detail);
  }
  insert.run();
  require(connection.changes() == 1, "an entry's number is free");
  changed_ = true;
  extend(connection, crypto::leaf_hash(as_bytes(leaf)));
}

void Log::extend(Connection& connection, const crypto::Digest& leaf) {
  edge_.frontier.append(leaf);
  auto hash = leaf;
  auto count = edge_.frontier.size();
  for (std::size_t level = 0;; ++level, count /= kTileWidth) {
    if (level == edge_.open_tiles.size()) edge_.open_tiles.emplace_back().reserve(kTileWidth);
    auto& open = edge_.open_tiles[level];
    open.push_back(hash);
    if (open.size() < kTileWidth) return;
    connection.run("INSERT INTO log_tile (level, tile, hashes) VALUES (?, ?, ?)", level,
                   count / kTileWidth - 1, side_by_side(open));
    hash = crypto::merkle_root(open);
    open.clear();
  }
}

std::uint64_t Log::erase(Connection& connection, Erasure erasure, const Entry& entry,
                         const Detail& detail) {
  const auto first = edge_.frontier.size();
  for (const auto index : erasure.details) {
    require(index < first, "only an entry that is there has a detail to erase");
    erase_detail(connection, index);
  }
  std::ranges::sort(erasure.items);
  erase_items(connection, erasure.items);
  const auto ranges = ranges_of(erasure.details);
  for (std::size_t at = 0; at < ranges.size(); at += kMostRanges) {
    auto part = entry;
    const auto now = std::span(ranges).subspan(at).first(std::min(ranges.size() - at, kMostRanges));
    part.erased.assign(now.begin(), now.end());
    append(connection, part, detail);
  }
  for (std::size_t at = 0; at < erasure.items.size(); at += kMostPlaces) {
    auto part = entry;
    const auto now = std::span(erasure.items)
                         .subspan(at)
                         .first(std::min(erasure.items.size() - at, kMostPlaces));
    part.erased_items.assign(now.begin(), now.end());
    append(connection, part, detail);
  }
  if (edge_.frontier.size() == first) append(connection, entry, detail);
  return first;
}

void Log::apply(Connection& connection, const Entry& erasure) {
  for (const auto& [from, to] : erasure.erased) {
    std::vector<std::uint64_t> there;
    auto rows = connection.prepare(
        "SELECT idx FROM log_entry WHERE idx BETWEEN ? AND ? AND detail IS NOT NULL");
    rows.bind(1, from).bind(2, to);
    while (rows.step()) there.push_back(static_cast<std::uint64_t>(rows.int64(0)));
    for (const auto index : there) erase_detail(connection, index);
  }
  erase_items(connection, erasure.erased_items);
}

void Log::erase_detail(Connection& connection, std::uint64_t index) {
  for (const auto& item : items(connection, index)) search_.erase(connection, item, index);
  connection.run("UPDATE log_entry SET detail = NULL WHERE idx = ?", index);
}

// Places of one entry stand together.
void Log::erase_items(Connection& connection, std::span<const ItemPlace> places) {
  while (!places.empty()) {
    const auto index = places.front().index;
    require(index < edge_.frontier.size(), "only an entry that is there has an item to erase");
    auto all = items(connection, index);
    while (!places.empty() && places.front().index == index) {
      const auto position = places.front().position;
      places = places.subspan(1);
      if (all.empty()) continue;
      if (position >= all.size()) refuse(connection, "an entry has not the item that was erased");
      search_.erase(connection, all[position], index);
      all[position] = erased(all[position]);
    }
    if (all.empty()) continue;
    connection.run("UPDATE log_entry SET detail = ? WHERE idx = ?", write_items(all), index);
  }
}

TreeHead Log::before_commit(Connection& connection) {
  if (!changed_) return head();
  if (emptied_to_ > edge_.frontier.size()) {
    connection.run("DELETE FROM log_entry WHERE idx >= ?", edge_.frontier.size());
  }
  search_.write(connection);
  connection.run("INSERT OR REPLACE INTO log_frontier (one, state) VALUES (1, ?)",
                 edge_.frontier.serialise());
  return {edge_.frontier.size(), edge_.frontier.root()};
}

void Log::committed() noexcept {
  if (!std::exchange(changed_, false)) return;
  committed_ = edge_;
  emptied_to_ = 0;
  const std::scoped_lock lock(mutex_);
  head_ = {edge_.frontier.size(), edge_.frontier.root()};
  if (std::exchange(rewritten_, false)) tiles_.clear();
}

void Log::rolled_back() noexcept {
  search_.forget();
  rewritten_ = false;
  emptied_to_ = 0;
  if (std::exchange(changed_, false)) edge_ = committed_;
}

TreeHead Log::head() const {
  const std::scoped_lock lock(mutex_);
  return head_;
}

std::vector<Item> Log::items(Connection& connection, std::uint64_t index) {
  auto row = connection.prepare("SELECT detail FROM log_entry WHERE idx = ?");
  row.bind(1, index);
  if (!row.step() || row.is_null(0)) return {};
  return items_in(connection, row.bytes(0));
}

std::vector<StoredEntry> Log::entries(Connection& connection, std::uint64_t from,
                                      std::size_t limit) {
  return entries(connection, from, limit, [](std::string_view) { return true; });
}

std::vector<StoredEntry> Log::entries(Connection& connection, std::uint64_t from, std::size_t limit,
                                      const std::function<bool(std::string_view leaf)>& wanted) {
  std::vector<StoredEntry> out;
  auto rows = connection.prepare(
      "SELECT idx, leaf, detail FROM log_entry WHERE idx >= ? ORDER BY idx LIMIT ?");
  rows.bind(1, from).bind(2, limit);
  while (rows.step()) {
    if (!wanted(as_text(rows.bytes(1)))) continue;
    StoredEntry entry{static_cast<std::uint64_t>(rows.int64(0)), to_text(rows.bytes(1)), {}};
    if (!rows.is_null(2)) {
      entry.detail = detail_of(items_in(connection, rows.bytes(2)));
    }
    out.push_back(std::move(entry));
  }
  return out;
}

TileSource Log::committed_tree(Connection& connection, std::uint64_t size) const {
  require(size <= head().size, "a proof is asked for a tree that is committed");
  return {connection, size, tiles_};
}

crypto::Digest Log::root(Connection& connection, std::uint64_t size) const {
  auto source = committed_tree(connection, size);
  return tree_root(source, size);
}

std::vector<crypto::Digest> Log::inclusion(Connection& connection, std::uint64_t index,
                                           std::uint64_t size) const {
  auto source = committed_tree(connection, size);
  return inclusion_proof(source, index, size);
}

std::vector<crypto::Digest> Log::consistency(Connection& connection, std::uint64_t old_size,
                                             std::uint64_t size) const {
  auto source = committed_tree(connection, size);
  return consistency_proof(source, old_size, size);
}

}  // namespace hub::audit
