#include "broker/tables.h"

#include <array>

#include "audit/log/log.h"

namespace hub::broker {
namespace {

constexpr const char* kTables = R"sql(
CREATE TABLE birth(
  one INTEGER PRIMARY KEY CHECK (one = 1),
  incarnation INTEGER NOT NULL          -- milliseconds; what senders compare
) STRICT;
CREATE TABLE slice(
  id INTEGER PRIMARY KEY,               -- in order of admission
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  priority INTEGER NOT NULL,
  stream BLOB NOT NULL,
  first_position INTEGER NOT NULL,
  count INTEGER NOT NULL,
  digest BLOB NOT NULL,                 -- of the leaves
  state INTEGER NOT NULL,               -- SliceState
  admitted INTEGER NOT NULL,            -- milliseconds
  expires INTEGER NOT NULL              -- when the first of its records expires
) STRICT;
CREATE UNIQUE INDEX slice_place ON slice(sender, stream, first_position);
CREATE INDEX slice_open ON slice(recipient, id) WHERE state < 4;
CREATE TABLE slice_content(
  id INTEGER PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT;
CREATE TABLE void_notice(
  id INTEGER PRIMARY KEY,               -- of the slice
  sender TEXT NOT NULL,
  notice BLOB NOT NULL
) STRICT;
CREATE TABLE stream(
  sender TEXT NOT NULL,
  stream BLOB NOT NULL,
  recipient TEXT NOT NULL,
  priority INTEGER NOT NULL,
  PRIMARY KEY (sender, stream)
) STRICT, WITHOUT ROWID;
CREATE TABLE receipt(
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  sender TEXT NOT NULL,                 -- whom it goes to
  bytes BLOB NOT NULL
) STRICT;
CREATE INDEX receipt_for ON receipt(sender, number);
CREATE TABLE epoch_key(
  authority TEXT NOT NULL,
  delivery_class INTEGER NOT NULL,
  day INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  statement BLOB NOT NULL,
  PRIMARY KEY (authority, delivery_class, day, generation)
) STRICT, WITHOUT ROWID;
CREATE TABLE tally(
  party TEXT NOT NULL,
  what TEXT NOT NULL,                   -- accepted, settled, refused, ...
  detail TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (party, what, detail)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace

std::span<const storage::Migration> migrations() {
  static const std::array<storage::Migration, 3> all{
      {{1, audit::kLogTables}, {2, kTables}, {3, storage::kKeyRunsTables}}};
  return all;
}

}  // namespace hub::broker
