#include "agent/erasure.h"

#include <algorithm>
#include <iterator>

#include "agent/erased_identity.h"
#include "agent/identifiers.h"
#include "agent/projections.h"
#include "agent/record_traces.h"
#include "core/base/result.h"
#include "schemas/envelope.h"
#include "schemas/record.h"

namespace hub::agent {
namespace {

using storage::Connection;

constexpr std::size_t kUuidBytes = 16;
constexpr std::size_t kEntriesAtOnce = 256;

crypto::Digest digest_from(Bytes bytes) {
  crypto::Digest out{};
  require(bytes.size() == out.size(), "an envelope's hash has 32 bytes");
  std::ranges::copy(bytes, out.begin());
  return out;
}

// Numbers, in the queue of records without a key, of these ids.
std::vector<std::int64_t> waiting_numbers(Connection& store, const std::set<Uuid>& ids) {
  std::vector<std::int64_t> out;
  auto query = store.prepare("SELECT id, record_id FROM waiting_record");
  while (query.step()) {
    const auto id = uuid_from(query.bytes(1));
    if (id && ids.contains(*id)) out.push_back(query.int64(0));
  }
  return out;
}

// What erasure entries name: envelopes whose records went, ids that details still hold.
struct Named {
  std::set<crypto::Digest> envelopes;
  std::set<Uuid> ids;
};

void add_named(Connection& store, const audit::Entry& entry, Named& out) {
  out.envelopes.insert(entry.envelopes.begin(), entry.envelopes.end());
  std::vector<audit::Item> items;
  std::optional<std::uint64_t> of;
  for (const auto& [index, position] : entry.erased_items) {
    if (of != index) items = audit::Log::items(store, index);
    of = index;
    if (position >= items.size() || items[position].kind != audit::ItemKind::Record) continue;
    const auto* const open = items[position].open();
    const auto id = open == nullptr ? std::nullopt : uuid_from(as_bytes(open->value));
    if (id) out.ids.insert(*id);
  }
}

// One pass over all that is held: a store is put back seldom.
void add_numbers(Connection& store, const std::set<crypto::Digest>& envelopes, RecordSet& out) {
  if (envelopes.empty()) return;
  auto query = store.prepare("SELECT seq, leaf, record_id FROM held_record WHERE sender <> ''");
  while (query.step()) {
    if (!envelopes.contains(digest_from(query.bytes(1)))) continue;
    out.numbers.insert(query.int64(0));
    if (const auto id = uuid_from(query.bytes(2))) out.ids.insert(*id);
  }
}

std::vector<audit::Entry> erasures_among(Connection& store, std::uint64_t from, std::size_t most) {
  std::vector<audit::Entry> out;
  for (const auto& stored : audit::Log::entries(store, from, most)) {
    auto leaf = audit::parse_leaf(stored.leaf);
    if (leaf && leaf->entry.act == "erasure") out.push_back(std::move(leaf->entry));
  }
  return out;
}

}  // namespace

std::optional<std::string> on_its_way_to(Connection& store, const std::set<Uuid>& ids) {
  auto query =
      store.prepare("SELECT recipient, record_ids FROM outgoing_slice WHERE settled < count");
  while (query.step()) {
    for (auto rest = query.bytes(1); rest.size() >= kUuidBytes; rest = rest.subspan(kUuidBytes)) {
      const auto id = uuid_from(rest.first(kUuidBytes));
      if (id && ids.contains(*id)) return std::string(query.text(0));
    }
  }
  return std::nullopt;
}

std::size_t waiting_for_key(Connection& store, const std::set<Uuid>& ids) {
  return waiting_numbers(store, ids).size();
}

Eraser::Erased Eraser::erase(Connection& store, const schemas::Catalogue& catalogue,
                             const RecordSet& records, audit::Entry entry,
                             const audit::Detail& detail) {
  require(records.numbers.size() <= kMostErased && records.ids.size() <= kMostErased,
          "an erasure takes no more records than its entry can name");
  Erased out;
  audit::Erasure items;
  items.items = traces_of(store, log_, records.ids);
  out.items = items.items.size();
  auto removed = remove(store, catalogue, records, entry.outcome == kErased);
  out.records = removed.records;
  entry.count = removed.records;
  entry.envelopes = std::move(removed.envelopes);
  out.entry = log_.erase(store, std::move(items), entry, detail);
  return out;
}

Eraser::Removed Eraser::remove(Connection& store, const schemas::Catalogue& catalogue,
                               const RecordSet& records, bool remembered) {
  Removed out;
  for (const auto number : records.numbers) {
    remove_held(store, catalogue, number, remembered, out);
  }
  // What ends by its time was held, so it does not wait.
  if (!remembered) return out;
  sent_.forget(store, records.ids);
  const auto waiting = waiting_numbers(store, records.ids);
  for (const auto id : waiting) store.run("DELETE FROM waiting_record WHERE id = ?", id);
  out.records += waiting.size();
  return out;
}

void Eraser::remove_held(Connection& store, const schemas::Catalogue& catalogue,
                         std::int64_t number, bool remembered, Removed& out) {
  std::string sender;
  std::string record_type;
  Uuid id;
  {
    auto query = store.prepare(
        "SELECT sender, record_id, record_type, type_version, leaf, header, body FROM held_record "
        "WHERE seq = ? AND sender <> ''");
    query.bind(1, number);
    if (!query.step()) return;
    sender = query.text(0);
    id = uuid_from(query.bytes(1)).value_or(Uuid{});
    record_type = query.text(2);
    out.envelopes.push_back(digest_from(query.bytes(4)));
    forget_identifiers(store, catalogue.find(record_type),
                       static_cast<std::uint32_t>(query.int64(3)), to_buffer(query.bytes(5)),
                       to_buffer(query.bytes(6)), number);
  }
  Projections::forget(store, record_type, number);
  store.run("DELETE FROM record_identity WHERE sender = ? AND record_id = ?", sender,
            Bytes(id.bytes));
  store.run("UPDATE held_record SET amends = NULL WHERE amends = ?", number);
  // Emptied and not deleted: SQLite moves rows between pages when some are deleted, and may leave
  // the old bytes behind in the unused part of a page, where no later erasure reaches them.
  store.run(
      "UPDATE held_record SET ended_seq = NULL, sender = '', record_id = x'', record_type = '', "
      "type_version = 0, leaf = x'', header = x'', body = x'', received = 0, terms = NULL, "
      "amends = NULL WHERE seq = ?",
      number);
  if (remembered) remember_erased(store, sender, id);
  ++out.records;
}

// Under another version of the type, the record may have been found by other fields.
void Eraser::forget_identifiers(Connection& store, const schemas::RecordType* type,
                                std::uint32_t version, Bytes header, Bytes body,
                                std::int64_t number) {
  const auto told = schemas::parse_header(header);
  if (told && told->kind == schemas::RecordKind::Withdrawal) return;
  if (type != nullptr && type->version() == version) {
    if (const auto view = schemas::RecordView::open(*type, body)) {
      for (const auto& [identifier, value] : identifiers_of(*view)) {
        identifiers_.erase(store, {identifier_key(identifier, value), number});
      }
      return;
    }
  }
  identifiers_.erase_rows(store, {number});
}

std::set<Uuid> Eraser::replay(Connection& store, const schemas::Catalogue& catalogue,
                              std::span<const audit::Entry> erasures) {
  // Before anything is done again: the details name what is to go.
  Named by_officers;
  Named by_time;
  for (const auto& entry : erasures) {
    add_named(store, entry, entry.outcome == kErased ? by_officers : by_time);
  }
  std::set<Uuid> out;
  for (auto* const named : {&by_officers, &by_time}) {
    const auto numbers = numbers_of(store, named->ids);
    RecordSet records{named->ids, {numbers.begin(), numbers.end()}};
    add_numbers(store, named->envelopes, records);
    (void)remove(store, catalogue, records, named == &by_officers);
    out.insert(records.ids.begin(), records.ids.end());
  }
  for (const auto& entry : erasures) log_.apply(store, entry);
  return out;
}

void replay_erasures(Connection& store, const schemas::Catalogue& catalogue, Eraser& eraser,
                     std::uint64_t first, std::uint64_t last) {
  std::vector<audit::Entry> erasures;
  for (auto from = first; from <= last; from += kEntriesAtOnce) {
    const auto most = std::min<std::uint64_t>(kEntriesAtOnce, last - from + 1);
    auto some = erasures_among(store, from, most);
    std::ranges::move(some, std::back_inserter(erasures));
  }
  (void)eraser.replay(store, catalogue, erasures);
}

}  // namespace hub::agent
