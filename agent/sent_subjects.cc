#include "agent/sent_subjects.h"

#include <algorithm>

#include "agent/identifiers.h"

namespace hub::agent {
namespace {

using storage::Connection;
using storage::RunKey;

// No class of identifiers has a space in its name.
RunKey key_of_id(const Uuid& id) { return identifier_key("record id", to_string(id)); }

Buffer joined_keys(std::span<const RunKey> keys) {
  Buffer out;
  for (const auto& key : keys) append(out, key);
  return out;
}

std::vector<RunKey> split_keys(Bytes stored) {
  std::vector<RunKey> out;
  for (RunKey key{}; stored.size() >= key.size(); stored = stored.subspan(key.size())) {
    std::copy_n(stored.begin(), key.size(), key.begin());
    out.push_back(key);
  }
  return out;
}

}  // namespace

const char* const kSentSubjectsTable = R"sql(
-- Rows rise with time. Of a record that is found no more an empty row stays: its id is x''.
CREATE TABLE sent_subject(
  seq INTEGER PRIMARY KEY,
  record_id BLOB NOT NULL,
  record_type TEXT NOT NULL,
  recipient TEXT NOT NULL,
  keys BLOB NOT NULL,                   -- under which it is found, 16 bytes each
  sent INTEGER NOT NULL
) STRICT;
CREATE TABLE sent_subject_progress(
  only INTEGER PRIMARY KEY CHECK (only = 1),
  next_seq INTEGER NOT NULL             -- rows before it are emptied, or were kept for a hold
) STRICT;
)sql";

void SentSubjects::add(Connection& store, std::span<const ClearedRecord> records, Time now) {
  std::vector<storage::RunEntry> entries;
  auto insert = store.prepare(
      "INSERT INTO sent_subject(record_id, record_type, recipient, keys, sent) "
      "VALUES (?, ?, ?, ?, ?)");
  for (const auto& record : records) {
    if (record.found_by.empty()) continue;
    const auto keys = joined_keys(record.found_by);
    insert.bind(1, Bytes(record.id.bytes)).bind(2, record.terms->record_type);
    insert.bind(3, record.terms->recipient).bind(4, Bytes(keys)).bind(5, to_ms(now));
    insert.run();
    const auto seq = store.last_insert_rowid();
    for (const auto& key : record.found_by) entries.push_back({key, seq});
    entries.push_back({key_of_id(record.id), seq});
  }
  if (!entries.empty()) runs_.append(store, entries);
}

void SentSubjects::forget_row(Connection& store, std::int64_t seq, const Uuid& id, Bytes keys) {
  for (const auto& key : split_keys(keys)) runs_.erase(store, {key, seq});
  runs_.erase(store, {key_of_id(id), seq});
  store.run(
      "UPDATE sent_subject SET record_id = x'', record_type = '', recipient = '', keys = x'', "
      "sent = 0 WHERE seq = ?",
      seq);
}

void SentSubjects::forget(Connection& store, const std::set<Uuid>& ids) {
  for (const auto& id : ids) {
    for (const auto seq : runs_.find(store, key_of_id(id))) {
      auto row = store.prepare("SELECT keys FROM sent_subject WHERE seq = ?");
      row.bind(1, seq);
      const auto keys = row.step() ? to_buffer(row.bytes(0)) : Buffer();
      row.reset();
      forget_row(store, seq, id, keys);
    }
  }
}

void SentSubjects::forget_before(Connection& store, Time end, const std::set<Uuid>& kept,
                                 int most) {
  struct Row {
    std::int64_t seq;
    Uuid id;
    Buffer keys;
  };
  std::vector<Row> due;
  std::int64_t next = 0;
  {
    auto rows = store.prepare(
        "SELECT seq, record_id, keys, sent FROM sent_subject WHERE seq >= "
        "coalesce((SELECT next_seq FROM sent_subject_progress), 0) ORDER BY seq LIMIT ?");
    rows.bind(1, most);
    while (rows.step() && from_ms(rows.int64(3)) < end) {
      next = rows.int64(0) + 1;
      const auto id = uuid_from(rows.bytes(1));
      if (id && !kept.contains(*id)) due.push_back({rows.int64(0), *id, to_buffer(rows.bytes(2))});
    }
  }
  if (next == 0) return;
  for (const auto& row : due) forget_row(store, row.seq, row.id, row.keys);
  store.run("INSERT OR REPLACE INTO sent_subject_progress(only, next_seq) VALUES (1, ?)", next);
}

void SentSubjects::look_again(Connection& store) { store.run("DELETE FROM sent_subject_progress"); }

bool SentSubjects::has_before(Connection& store, Time end) {
  auto row = store.prepare(
      "SELECT sent FROM sent_subject WHERE seq >= "
      "coalesce((SELECT next_seq FROM sent_subject_progress), 0) ORDER BY seq LIMIT 1");
  return row.step() && from_ms(row.int64(0)) < end;
}

std::vector<SentFacts> SentSubjects::find(Connection& store, const RunKey& identifier) const {
  std::vector<SentFacts> out;
  auto row = store.prepare(
      "SELECT record_id, record_type, recipient, sent FROM sent_subject WHERE seq = ?");
  for (const auto seq : runs_.find(store, identifier)) {
    row.bind(1, seq);
    const auto id = row.step() ? uuid_from(row.bytes(0)) : std::nullopt;
    if (id) {
      out.push_back(
          {*id, std::string(row.text(1)), std::string(row.text(2)), from_ms(row.int64(3))});
    }
    row.reset();
  }
  return out;
}

std::vector<SentFacts> SentSubjects::find(Connection& store, const Uuid& id) const {
  return find(store, key_of_id(id));
}

}  // namespace hub::agent
