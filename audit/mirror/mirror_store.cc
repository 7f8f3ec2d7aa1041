#include "audit/mirror/mirror_store.h"

#include "core/storage/store_error.h"

namespace hub::audit {
namespace {

std::uint64_t bytes_of(storage::Connection& store, const std::string& origin) {
  auto row = store.prepare("SELECT coalesce(sum(bytes), 0) FROM mirrored_log WHERE origin = ?");
  row.bind(1, origin);
  return row.step() ? static_cast<std::uint64_t>(row.int64(0)) : 0;
}

// Bytes of the block that begins there; 0 when there is none.
std::uint64_t bytes_at(storage::Connection& store, const MirrorBlock& block) {
  auto row = store.prepare(
      "SELECT length(block) FROM mirrored_block WHERE origin = ? AND recovery = ? AND first = ?");
  row.bind(1, block.origin).bind(2, Bytes(block.key)).bind(3, block.from);
  return row.step() ? static_cast<std::uint64_t>(row.int64(0)) : 0;
}

}  // namespace

const char* const kMirrorTables =
    // entries: leaves before this number are kept; last: where the last block begins.
    "CREATE TABLE mirrored_log (origin TEXT NOT NULL, recovery BLOB NOT NULL,"
    " entries INTEGER NOT NULL, last INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " PRIMARY KEY (origin, recovery)) WITHOUT ROWID, STRICT;"
    "CREATE TABLE mirrored_block (id INTEGER PRIMARY KEY, origin TEXT NOT NULL,"
    " recovery BLOB NOT NULL, first INTEGER NOT NULL, block BLOB NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX mirrored_place ON mirrored_block (origin, recovery, first);";

MirrorStanding mirror_standing(storage::Connection& store, const MirrorName& name) {
  auto row =
      store.prepare("SELECT entries, last FROM mirrored_log WHERE origin = ? AND recovery = ?");
  row.bind(1, name.origin).bind(2, Bytes(name.key));
  if (!row.step()) return {};
  return {static_cast<std::uint64_t>(row.int64(0)), static_cast<std::uint64_t>(row.int64(1))};
}

bool keep_block(storage::Connection& store, const MirrorBlock& block, std::uint64_t most) {
  const auto now = mirror_standing(store, {block.origin, block.key});
  const bool goes_on = block.from == now.entries;
  const bool replaces = block.from == now.last && block.to > now.entries;
  if (!goes_on && !replaces) return true;
  const auto bytes = write_block(block);
  const auto before = bytes_at(store, block);
  const auto others = bytes_of(store, block.origin) - before;
  if (others > most || bytes.size() > most - others) return false;
  store.run(
      "INSERT INTO mirrored_block (origin, recovery, first, block) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (origin, recovery, first) DO UPDATE SET block = excluded.block",
      block.origin, Bytes(block.key), block.from, bytes);
  const auto more = static_cast<std::int64_t>(bytes.size()) - static_cast<std::int64_t>(before);
  store.run(
      "INSERT INTO mirrored_log (origin, recovery, entries, last, bytes) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (origin, recovery) DO UPDATE SET entries = excluded.entries, "
      "last = excluded.last, bytes = bytes + excluded.bytes",
      block.origin, Bytes(block.key), block.to, block.from, more);
  return true;
}

std::optional<MirrorBlock> kept_block(storage::Connection& store, const MirrorName& name,
                                      std::uint64_t leaf) {
  if (leaf >= mirror_standing(store, name).entries) return std::nullopt;
  auto row = store.prepare(
      "SELECT block FROM mirrored_block WHERE origin = ? AND recovery = ? AND first <= ? "
      "ORDER BY first DESC LIMIT 1");
  row.bind(1, name.origin).bind(2, Bytes(name.key)).bind(3, leaf);
  auto block = row.step() ? parse_block(row.bytes(0)) : std::nullopt;
  if (!block) {
    throw storage::StoreError(storage::StoreFault::Damaged,
                              store.file().string() +
                                  ": a mirrored block cannot be read; stop, keep the files as "
                                  "they are and run the verification");
  }
  return block;
}

}  // namespace hub::audit
