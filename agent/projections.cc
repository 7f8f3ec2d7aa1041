#include "agent/projections.h"

#include <algorithm>
#include <limits>
#include <map>

#include "core/base/result.h"
#include "schemas/record.h"

namespace hub::agent {
namespace {

using storage::BuiltSql;
using storage::Connection;

constexpr int kAtOnce = 256;
constexpr int kRounds = 64;  // of a writer that has nothing else to do
constexpr std::uint64_t kFewCommits = 8;

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

std::string table_of(std::string_view type) { return sql_name("of_", type); }
std::string column_of(const schemas::Field& field) { return sql_name("f_", field.name); }

struct Behind {
  const schemas::RecordType* type = nullptr;
  std::int64_t through = 0;
};

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
  const auto table = table_of(type.name());
  store.exec(BuiltSql("DROP TABLE IF EXISTS " + table));
  store.exec(BuiltSql("CREATE TABLE " + table + "(seq INTEGER PRIMARY KEY" + shape + ") STRICT"));
  store.run(
      "INSERT INTO projection(record_type, shape, through_seq) VALUES (?, ?, 0) "
      "ON CONFLICT DO UPDATE SET shape = excluded.shape, through_seq = 0",
      type.name(), shape);
}

// One pass over the records for all types together; true when there is more to do.
bool Projections::advance(Connection& store, const schemas::Catalogue& catalogue) {
  std::map<std::string_view, Behind> behind;
  auto from = std::numeric_limits<std::int64_t>::max();
  for (const auto& type : catalogue.types()) {
    ensure_table(store, *type);
    const auto done = through(store, *type);
    from = std::min(from, done);
    behind.emplace(type->name(), Behind{type.get(), done});
  }
  std::int64_t last = from;
  int seen = 0;
  {
    auto query = store.prepare(
        "SELECT seq, record_type, body FROM held_record WHERE seq > ? ORDER BY seq LIMIT ?");
    query.bind(1, from).bind(2, kAtOnce);
    while (query.step()) {
      ++seen;
      last = query.int64(0);
      const auto known = behind.find(query.text(1));
      if (known == behind.end() || last <= known->second.through) continue;
      project(store, *known->second.type, last, query.bytes(2));
    }
  }
  for (const auto& [name, type] : behind) {
    if (last <= type.through) continue;
    store.run("UPDATE projection SET through_seq = ? WHERE record_type = ?", last, name);
  }
  return seen == kAtOnce;
}

void Projections::project(Connection& store, const schemas::RecordType& type, std::int64_t seq,
                          Bytes body) {
  std::string places;
  for (std::size_t i = 0; i < type.fields().size(); ++i) places += ", ?";
  auto insert =
      store.prepare(BuiltSql("INSERT INTO " + table_of(type.name()) + " VALUES (?" + places + ")"));
  insert.bind(1, seq);
  // A body that this catalogue cannot read has no columns; its row says so by being empty.
  const auto view = schemas::RecordView::open(type, body);
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
}

void Projections::forget(Connection& store, std::string_view record_type, std::int64_t seq) {
  std::string shape;
  {
    auto query = store.prepare("SELECT shape FROM projection WHERE record_type = ?");
    query.bind(1, record_type);
    if (!query.step()) return;
    shape = query.text(0);
  }
  // Emptied and not deleted, see Eraser. ", f_a TEXT, f_b TEXT" becomes "f_a = NULL, f_b = NULL".
  constexpr std::string_view type_of_column = " TEXT";
  for (auto at = shape.find(type_of_column); at != std::string::npos;
       at = shape.find(type_of_column, at)) {
    shape.replace(at, type_of_column.size(), " = NULL");
  }
  if (shape.empty()) return;
  auto gone = store.prepare(
      BuiltSql("UPDATE " + table_of(record_type) + " SET " + shape.substr(2) + " WHERE seq = ?"));
  gone.bind(1, seq).run();
}

void Projections::tend(storage::Store& store, const schemas::Catalogue& catalogue) {
  const bool busy = store.status().commits - commits_ > kFewCommits;
  const int rounds = busy ? 1 : kRounds;
  // Looking costs no commit; only work does.
  bool more = store.read([&](Connection& connection) {
    auto query = connection.prepare("SELECT coalesce(max(seq), 0) FROM held_record");
    const auto newest = query.step() ? query.int64(0) : 0;
    return std::ranges::any_of(catalogue.types(), [&](const auto& type) {
      auto shape = connection.prepare("SELECT shape FROM projection WHERE record_type = ?");
      shape.bind(1, type->name());
      return !shape.step() || shape.text(0) != shape_of(*type) ||
             through(connection, *type) < newest;
    });
  });
  for (int round = 0; more && round < rounds; ++round) {
    const bool committed =
        store.commit([&](Connection& connection) { more = advance(connection, catalogue); });
    if (!committed || store.status().waiting_jobs > 0) break;
  }
  commits_ = store.status().commits;
}

std::vector<std::int64_t> Projections::find(Connection& store, const schemas::RecordType& type,
                                            std::string_view field, std::string_view value,
                                            std::int64_t before, int limit) {
  std::vector<std::int64_t> out;
  const auto* known = type.field(field);
  if (known == nullptr || through(store, type) == 0) return out;
  auto query =
      store.prepare(BuiltSql("SELECT seq FROM " + table_of(type.name()) + " WHERE " +
                             column_of(*known) + " = ? AND seq < ? ORDER BY seq DESC LIMIT ?"));
  query.bind(1, value).bind(2, before).bind(3, limit);
  while (query.step()) out.push_back(query.int64(0));
  return out;
}

}  // namespace hub::agent
