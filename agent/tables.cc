#include "agent/tables.h"

#include <array>

#include "agent/sent_subjects.h"
#include "audit/log/log.h"
#include "audit/log/witnessed_logs.h"
#include "audit/mirror/mirror_store.h"

namespace hub::agent {
namespace {

constexpr const char* kTables = R"sql(
CREATE TABLE peer_epoch(
  authority TEXT NOT NULL,
  delivery_class INTEGER NOT NULL,
  day INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  public_key BLOB NOT NULL,
  not_before INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  statement BLOB NOT NULL,
  PRIMARY KEY (authority, delivery_class, day, generation)
) STRICT, WITHOUT ROWID;

CREATE TABLE waiting_record(
  id INTEGER PRIMARY KEY,               -- in order of arrival
  recipient TEXT NOT NULL,
  priority INTEGER NOT NULL,
  delivery_class INTEGER NOT NULL,
  record_id BLOB NOT NULL,
  terms TEXT NOT NULL,                  -- JSON
  body BLOB NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  attempt INTEGER NOT NULL
) STRICT;
CREATE INDEX waiting_for ON waiting_record(recipient, priority, id);
CREATE TABLE outgoing_stream(
  recipient TEXT NOT NULL,
  priority INTEGER NOT NULL,
  stream BLOB NOT NULL,
  next_position INTEGER NOT NULL,
  last_leaf BLOB NOT NULL,
  PRIMARY KEY (recipient, priority)
) STRICT, WITHOUT ROWID;
CREATE TABLE outgoing_slice(
  id INTEGER PRIMARY KEY,               -- in order of sealing
  recipient TEXT NOT NULL,
  priority INTEGER NOT NULL,
  stream BLOB NOT NULL,
  first_position INTEGER NOT NULL,
  count INTEGER NOT NULL,
  record_ids BLOB NOT NULL,             -- 16 bytes each; empty once settled
  leaves BLOB NOT NULL,                 -- 32 bytes each
  outcomes BLOB NOT NULL,               -- a byte each, 0 while nothing is known
  settled INTEGER NOT NULL,             -- how many outcomes are known
  accepted INTEGER NOT NULL,            -- incarnation of the broker that took it, 0 for none
  sealed INTEGER NOT NULL               -- milliseconds
) STRICT;
CREATE UNIQUE INDEX outgoing_place ON outgoing_slice(stream, first_position);
-- All that a look at the queue asks for, so that it need not read the slices' long columns.
CREATE INDEX outgoing_open ON outgoing_slice(id, count, settled, sealed) WHERE settled < count;
CREATE TABLE outgoing_content(
  id INTEGER PRIMARY KEY,               -- of the slice
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE outgoing_keys(
  id INTEGER PRIMARY KEY,               -- of the slice
  content_keys BLOB NOT NULL
) STRICT;

CREATE TABLE incoming_stream(
  sender TEXT NOT NULL,
  stream BLOB NOT NULL,
  priority INTEGER NOT NULL,
  next_position INTEGER NOT NULL,
  last_leaf BLOB NOT NULL,
  PRIMARY KEY (sender, stream)
) STRICT, WITHOUT ROWID;
CREATE TABLE incoming_slice(
  sender TEXT NOT NULL,
  stream BLOB NOT NULL,
  first_position INTEGER NOT NULL,
  digest BLOB NOT NULL,                 -- of the leaves
  receipts BLOB NOT NULL,               -- as signed
  taken INTEGER NOT NULL,
  PRIMARY KEY (sender, stream, first_position)
) STRICT, WITHOUT ROWID;
CREATE TABLE record_identity(
  sender TEXT NOT NULL,
  record_id BLOB NOT NULL,              -- UUIDv7: the index grows at its end
  fingerprint BLOB NOT NULL,
  seq INTEGER NOT NULL,                 -- of held_record
  PRIMARY KEY (sender, record_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE held_record(
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  ended_seq INTEGER,                    -- the amendment or withdrawal that ended it
  sender TEXT NOT NULL,
  record_id BLOB NOT NULL,
  record_type TEXT NOT NULL,
  type_version INTEGER NOT NULL,
  leaf BLOB NOT NULL,                   -- of the envelope, as the audit log names it
  header BLOB NOT NULL,                 -- as received
  body BLOB NOT NULL,                   -- the truth; projections are made from it
  received INTEGER NOT NULL
) STRICT;

CREATE TABLE intake_file(
  digest BLOB PRIMARY KEY,              -- SHA-256 of the content
  name TEXT NOT NULL,
  rows_done INTEGER NOT NULL,
  finished INTEGER NOT NULL,
  report TEXT NOT NULL,                 -- JSON counts
  started INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE projection(
  record_type TEXT PRIMARY KEY,
  shape TEXT NOT NULL,                  -- the columns it was made with
  through_seq INTEGER NOT NULL          -- held records up to here are in it
) STRICT, WITHOUT ROWID;
CREATE TABLE tally(
  what TEXT NOT NULL,
  party TEXT NOT NULL,
  detail TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (what, party, detail)
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* kHeldTerms = R"sql(
CREATE TABLE held_terms(
  id INTEGER PRIMARY KEY,
  record_type TEXT NOT NULL,
  shape TEXT NOT NULL,                  -- names of the terms
  facts TEXT NOT NULL,                  -- JSON, in the order of the shape
  UNIQUE (record_type, shape, facts)
) STRICT;
-- Of held_terms; nothing for what was taken in before they were kept.
ALTER TABLE held_record ADD COLUMN terms INTEGER;
)sql";

constexpr const char* kErasure = R"sql(
-- A record that was erased is not taken in again: SHA-256 over sender and id, 32 bytes.
CREATE TABLE erased_record(
  identity BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
-- Until a second officer has spoken.
CREATE TABLE erasure_request(
  id BLOB PRIMARY KEY,
  ground TEXT NOT NULL,                 -- a code
  reference TEXT NOT NULL,              -- the authority's own
  record_ids BLOB NOT NULL,             -- 16 bytes each
  proposer TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE legal_hold(
  id BLOB PRIMARY KEY,
  reference TEXT NOT NULL,
  record_ids BLOB NOT NULL,             -- 16 bytes each
  identifier TEXT NOT NULL,             -- the class of the subject's identifier, or empty
  subject BLOB NOT NULL,                -- its key in the index of identifiers, or empty
  placer TEXT NOT NULL,
  placed INTEGER NOT NULL,
  lift_asked_by TEXT NOT NULL,          -- or empty
  lift_asked INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE retention_progress(
  act TEXT PRIMARY KEY,
  next_entry INTEGER NOT NULL           -- details of this act before it have been looked at
) STRICT, WITHOUT ROWID;
-- The seq of the held record that this one amends or withdraws.
-- Of an erased record an empty row stays: its sender is ''.
ALTER TABLE held_record ADD COLUMN amends INTEGER;
CREATE INDEX held_ended ON held_record(ended_seq) WHERE ended_seq IS NOT NULL;
UPDATE held_record SET amends =
  (SELECT min(o.seq) FROM held_record AS o WHERE o.ended_seq = held_record.seq)
WHERE seq IN (SELECT ended_seq FROM held_record WHERE ended_seq IS NOT NULL);
DROP INDEX held_ended;
CREATE INDEX held_amendments ON held_record(amends) WHERE amends IS NOT NULL;
-- Nobody asks for the ids of settled slices.
UPDATE outgoing_slice SET record_ids = x'' WHERE settled = count;
)sql";

}  // namespace

std::span<const storage::Migration> migrations() {
  static const std::array<storage::Migration, 8> all{{{1, audit::kLogTables},
                                                      {2, kTables},
                                                      {3, storage::kKeyRunsTables},
                                                      {4, kHeldTerms},
                                                      {5, audit::kWitnessTables},
                                                      {6, kErasure},
                                                      {7, audit::kMirrorTables},
                                                      {8, kSentSubjectsTable}}};
  return all;
}

}  // namespace hub::agent
