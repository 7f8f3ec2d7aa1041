#include "agent/held_versions.h"

namespace hub::agent {
namespace {

using storage::Connection;

std::vector<std::string> senders(Connection& store) {
  std::vector<std::string> out;
  auto query = store.prepare("SELECT DISTINCT sender FROM incoming_stream");
  while (query.step()) out.emplace_back(query.text(0));
  return out;
}

// Up to the first version, then down to all that came of it.
void add_versions(Connection& store, std::int64_t number, RecordSet& out) {
  auto query = store.prepare(
      "WITH RECURSIVE "
      "up(seq) AS (SELECT seq FROM held_record WHERE seq = ? UNION "
      "  SELECT h.amends FROM up CROSS JOIN held_record AS h ON h.seq = up.seq "
      "  WHERE h.amends IS NOT NULL), "
      "down(seq) AS (SELECT seq FROM up UNION "
      "  SELECT h.seq FROM down CROSS JOIN held_record AS h ON h.amends = down.seq) "
      "SELECT h.seq, h.record_id FROM down CROSS JOIN held_record AS h ON h.seq = down.seq");
  query.bind(1, number);
  while (query.step()) {
    out.numbers.insert(query.int64(0));
    if (const auto id = uuid_from(query.bytes(1))) out.ids.insert(*id);
  }
}

}  // namespace

RecordSet with_versions(Connection& store, std::span<const std::int64_t> numbers) {
  RecordSet out;
  for (const auto number : numbers) {
    if (!out.numbers.contains(number)) add_versions(store, number, out);
  }
  return out;
}

std::vector<std::int64_t> numbers_of(Connection& store, const std::set<Uuid>& ids) {
  std::vector<std::int64_t> out;
  const auto from = senders(store);
  auto query = store.prepare("SELECT seq FROM record_identity WHERE sender = ? AND record_id = ?");
  for (const auto& id : ids) {
    for (const auto& sender : from) {
      query.bind(1, sender).bind(2, Bytes(id.bytes));
      if (query.step()) out.push_back(query.int64(0));
      query.reset();
    }
  }
  return out;
}

RecordSet with_versions(Connection& store, const std::set<Uuid>& ids) {
  auto out = with_versions(store, numbers_of(store, ids));
  out.ids.insert(ids.begin(), ids.end());
  return out;
}

std::vector<HeldFacts> facts_of(Connection& store, const std::set<std::int64_t>& numbers) {
  std::vector<HeldFacts> out;
  auto query = store.prepare(
      "SELECT record_id, sender, record_type, received, ended_seq IS NOT NULL FROM held_record "
      "WHERE seq = ? AND sender <> ''");
  for (const auto number : numbers) {
    query.bind(1, number);
    if (query.step()) {
      out.push_back({number, uuid_from(query.bytes(0)).value_or(Uuid{}), std::string(query.text(1)),
                     std::string(query.text(2)), from_ms(query.int64(3)), query.int64(4) != 0});
    }
    query.reset();
  }
  return out;
}

}  // namespace hub::agent
