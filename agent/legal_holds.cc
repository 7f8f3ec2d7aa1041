#include "agent/legal_holds.h"

#include <algorithm>

#include "agent/erasure_requests.h"

namespace hub::agent {
namespace {

using storage::Connection;

std::optional<storage::RunKey> key_in(Bytes stored) {
  storage::RunKey out{};
  if (stored.size() != out.size()) return std::nullopt;
  std::ranges::copy(stored, out.begin());
  return out;
}

LegalHold hold_in(const storage::Statement& row) {
  return {uuid_from(row.bytes(0)).value_or(Uuid{}),
          std::string(row.text(1)),
          split_ids(row.bytes(2)),
          std::string(row.text(3)),
          key_in(row.bytes(4)),
          std::string(row.text(5)),
          from_ms(row.int64(6)),
          std::string(row.text(7)),
          from_ms(row.int64(8))};
}

}  // namespace

void keep_hold(Connection& store, const LegalHold& hold) {
  const auto subject = hold.subject ? to_buffer(*hold.subject) : Buffer();
  store.run(
      "INSERT INTO legal_hold(id, reference, record_ids, identifier, subject, placer, placed, "
      "lift_asked_by, lift_asked) VALUES (?, ?, ?, ?, ?, ?, ?, '', 0)",
      Bytes(hold.id.bytes), hold.reference, joined_ids(hold.records), hold.identifier,
      Bytes(subject), hold.placer, to_ms(hold.placed));
}

void drop_hold(Connection& store, const Uuid& id) {
  store.run("DELETE FROM legal_hold WHERE id = ?", Bytes(id.bytes));
  // Details that were passed over for its sake are looked at again.
  store.run("DELETE FROM retention_progress");
  SentSubjects::look_again(store);
}

void ask_to_lift(Connection& store, const Uuid& id, const std::string& user, Time now) {
  store.run("UPDATE legal_hold SET lift_asked_by = ?, lift_asked = ? WHERE id = ?", user,
            to_ms(now), Bytes(id.bytes));
}

std::vector<LegalHold> all_holds(Connection& store) {
  std::vector<LegalHold> out;
  auto query = store.prepare(
      "SELECT id, reference, record_ids, identifier, subject, placer, placed, lift_asked_by, "
      "lift_asked FROM legal_hold ORDER BY placed, id");
  while (query.step()) out.push_back(hold_in(query));
  return out;
}

std::optional<LegalHold> find_hold(Connection& store, const Uuid& id) {
  for (auto& hold : all_holds(store)) {
    if (hold.id == id) return std::move(hold);
  }
  return std::nullopt;
}

RecordSet records_under(Connection& store, const storage::KeyRuns& identifiers,
                        const SentSubjects& sent, const LegalHold& hold) {
  auto out = with_versions(store, std::set(hold.records.begin(), hold.records.end()));
  if (!hold.subject) return out;
  auto found = with_versions(store, identifiers.find(store, *hold.subject));
  out.numbers.merge(found.numbers);
  out.ids.merge(found.ids);
  for (const auto& record : sent.find(store, *hold.subject)) out.ids.insert(record.id);
  return out;
}

RecordSet records_under_hold(Connection& store, const storage::KeyRuns& identifiers,
                             const SentSubjects& sent) {
  RecordSet out;
  for (const auto& hold : all_holds(store)) {
    auto more = records_under(store, identifiers, sent, hold);
    out.numbers.merge(more.numbers);
    out.ids.merge(more.ids);
  }
  return out;
}

std::size_t held_back(const RecordSet& records, const RecordSet& held_back) {
  return static_cast<std::size_t>(std::ranges::count_if(
      records.ids, [&](const Uuid& id) { return held_back.ids.contains(id); }));
}

}  // namespace hub::agent
