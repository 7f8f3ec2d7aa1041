#include "agent/projections.h"

#include <algorithm>

#include "core/base/result.h"
#include "schemas/record.h"

namespace hub::agent {
namespace {

using storage::BuiltSql;
using storage::Connection;

constexpr int kAtOnce = 256;
constexpr int kRounds = 32;  // of a writer that has nothing else to do

// Names come from a catalogue that allows only these letters; they are looked at again all the
// same.
std::string sql_name(std::string_view prefix, std::string_view name) {
  std::string out(prefix);
  for (const char c : name) {
    require((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.',
            "a catalogue's names are lower-case letters, digits, _ and .");
    out += c == '.' ? '_' : c;
  }
  return out;
}

std::string table_of(const schemas::RecordType& type) { return sql_name("of_", type.name()); }
std::string column_of(const schemas::Field& field) { return sql_name("f_", field.name); }

std::string shape_of(const schemas::RecordType& type) {
  std::string out;
  for (const auto& field : type.fields()) out += ", " + column_of(field) + " TEXT";
  return out;
}

}  // namespace

std::int64_t Projections::through(Connection& store, const schemas::RecordType& type) {
  auto query = store.prepare("SELECT through_seq FROM projection WHERE record_type = ?");
  query.bind(1, type.name());
  return query.step() ? query.int64(0) : 0;
}

void Projections::ensure_table(Connection& store, const schemas::RecordType& type) {
  const auto shape = shape_of(type);
  {
    auto query = store.prepare("SELECT shape FROM projection WHERE record_type = ?");
    query.bind(1, type.name());
    if (query.step() && query.text(0) == shape) return;
  }
  const auto table = table_of(type);
  store.exec(BuiltSql("DROP TABLE IF EXISTS " + table));
  store.exec(BuiltSql("CREATE TABLE " + table + "(seq INTEGER PRIMARY KEY" + shape + ") STRICT"));
  store.run(
      "INSERT INTO projection(record_type, shape, through_seq) VALUES (?, ?, 0) "
      "ON CONFLICT DO UPDATE SET shape = excluded.shape, through_seq = 0",
      type.name(), shape);
}

// True when there is more to do.
bool Projections::advance(Connection& store, const schemas::RecordType& type) {
  ensure_table(store, type);
  std::string places;
  for (std::size_t i = 0; i < type.fields().size(); ++i) places += ", ?";
  auto insert =
      store.prepare(BuiltSql("INSERT INTO " + table_of(type) + " VALUES (?" + places + ")"));
  std::int64_t last = through(store, type);
  int seen = 0;
  {
    auto query = store.prepare(
        "SELECT seq, body FROM held_record WHERE seq > ? AND record_type = ? ORDER BY seq LIMIT ?");
    query.bind(1, last).bind(2, type.name()).bind(3, kAtOnce);
    while (query.step()) {
      ++seen;
      last = query.int64(0);
      // A body that this catalogue cannot read has no columns; its row says so by being empty.
      const auto view = schemas::RecordView::open(type, query.bytes(1));
      insert.bind(1, last);
      int column = 1;
      for (const auto& field : type.fields()) {
        const auto text = view ? view->text_of(field) : std::nullopt;
        if (text) {
          insert.bind(++column, *text);
        } else {
          insert.bind(++column, nullptr);
        }
      }
      insert.run();
      insert.reset();
    }
  }
  if (seen < kAtOnce) {
    auto newest = store.prepare("SELECT max(seq) FROM held_record");
    if (newest.step()) last = std::max(last, newest.int64(0));
  }
  store.run("UPDATE projection SET through_seq = ? WHERE record_type = ?", last, type.name());
  return seen == kAtOnce;
}

void Projections::tend(storage::Store& store, const schemas::Catalogue& catalogue) {
  for (const auto& type : catalogue.types()) {
    // Looking costs no commit; only work does.
    const auto behind = store.read([&](Connection& connection) {
      auto query = connection.prepare("SELECT coalesce(max(seq), 0) FROM held_record");
      const auto newest = query.step() ? query.int64(0) : 0;
      auto shape = connection.prepare("SELECT shape FROM projection WHERE record_type = ?");
      shape.bind(1, type->name());
      const bool same_shape = shape.step() && shape.text(0) == shape_of(*type);
      return !same_shape || through(connection, *type) < newest;
    });
    if (!behind) continue;
    for (int round = 0; round < kRounds; ++round) {
      bool more = false;
      const bool committed =
          store.commit([&](Connection& connection) { more = advance(connection, *type); });
      if (!committed) return;
      if (!more || store.status().waiting_jobs > 0) break;
    }
  }
}

std::vector<std::int64_t> Projections::find(Connection& store, const schemas::RecordType& type,
                                            std::string_view field, std::string_view value,
                                            std::int64_t before, int limit) {
  std::vector<std::int64_t> out;
  const auto* known = type.field(field);
  if (known == nullptr || through(store, type) == 0) return out;
  auto query =
      store.prepare(BuiltSql("SELECT seq FROM " + table_of(type) + " WHERE " + column_of(*known) +
                             " = ? AND seq < ? ORDER BY seq DESC LIMIT ?"));
  query.bind(1, value).bind(2, before).bind(3, limit);
  while (query.step()) out.push_back(query.int64(0));
  return out;
}

}  // namespace hub::agent
