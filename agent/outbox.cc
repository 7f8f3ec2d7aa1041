#include "agent/outbox.h"

#include <algorithm>
#include <set>

#include "agent/terms_text.h"
#include "core/base/log.h"
#include "core/base/result.h"
#include "core/crypto/body.h"

namespace hub::agent {
namespace {

using schemas::Outcome;
using storage::Connection;

bool has_waiting(Connection& store, const std::string& recipient, schemas::Priority priority) {
  auto query =
      store.prepare("SELECT 1 FROM waiting_record WHERE recipient = ? AND priority = ? LIMIT 1");
  query.bind(1, recipient).bind(2, static_cast<int>(priority));
  return query.step();
}

Buffer joined(const std::vector<crypto::Digest>& digests) {
  Buffer out;
  out.reserve(digests.size() * sizeof(crypto::Digest));
  for (const auto& digest : digests) append(out, digest);
  return out;
}

}  // namespace

audit::Entry entry_for(const Terms& terms, const std::string& sender, const InForce& in_force) {
  audit::Entry out;
  out.sender = sender;
  out.recipient = terms.recipient;
  out.record_type = terms.record_type;
  out.agreement = terms.agreement;
  out.purpose = terms.purpose;
  out.legal_basis = terms.legal_basis;
  out.regime = terms.regime;
  out.handling = terms.handling;
  out.originator = terms.originator;
  out.field_groups = terms.field_groups;
  out.withheld = terms.withheld;
  out.policies = terms.policies;
  out.bundle = in_force.bundle_number;
  out.register_number = in_force.register_number;
  return out;
}

void count(Connection& store, std::string_view what, std::string_view party,
           std::string_view detail, std::uint64_t by) {
  store.run(
      "INSERT INTO tally(what, party, detail, count) VALUES (?, ?, ?, ?) "
      "ON CONFLICT DO UPDATE SET count = count + excluded.count",
      what, party, detail, by);
}

Outbox::Outbox(std::string authority, const crypto::EnvelopeKey& key, const PeerEpochs& peers,
               audit::Log& log, SentSubjects& subjects, UuidSource& ids)
    : authority_(std::move(authority)),
      key_(key),
      peers_(peers),
      log_(log),
      subjects_(subjects),
      ids_(ids),
      sealer_(key) {}

StreamEnd& Outbox::stream_to(Connection& store, const std::string& recipient,
                             schemas::Priority priority) {
  const auto known = streams_.find({recipient, priority});
  if (known != streams_.end()) return known->second;
  StreamEnd end;
  auto query = store.prepare(
      "SELECT stream, next_position, last_leaf FROM outgoing_stream "
      "WHERE recipient = ? AND priority = ?");
  query.bind(1, recipient).bind(2, static_cast<int>(priority));
  if (query.step()) {
    end.stream = uuid_from(query.bytes(0)).value_or(Uuid{});
    end.next_position = static_cast<std::uint64_t>(query.int64(1));
    const auto leaf = query.bytes(2);
    std::copy_n(leaf.begin(), std::min(leaf.size(), end.last_leaf.size()), end.last_leaf.begin());
  } else {
    end.stream = ids_.next();
  }
  return streams_.emplace(StreamKey{recipient, priority}, end).first->second;
}

void Outbox::keep_streams(Connection& store, const std::vector<SealedSlice>& slices) {
  std::set<StreamKey> changed;
  for (const auto& slice : slices) changed.emplace(slice.recipient, slice.priority);
  for (const auto& key : changed) {
    const auto& end = streams_.at(key);
    store.run(
        "INSERT INTO outgoing_stream(recipient, priority, stream, next_position, last_leaf) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "next_position = excluded.next_position, last_leaf = excluded.last_leaf",
        key.first, static_cast<int>(key.second), Bytes(end.stream.bytes), end.next_position,
        Bytes(end.last_leaf));
  }
}

std::vector<SliceRef> Outbox::send(Connection& store, const std::vector<ClearedRecord>& records,
                                   const InForce& in_force, Time now) {
  std::map<std::tuple<std::string, schemas::DeliveryClass, schemas::Priority>,
           std::optional<schemas::EpochKey>>
      keys;
  subjects_.add(store, records, now);
  std::vector<Sealer::Item> items;
  for (const auto& record : records) {
    const auto& terms = *record.terms;
    const std::tuple place(terms.recipient, terms.delivery_class, terms.priority);
    auto known = keys.find(place);
    if (known == keys.end()) {
      auto key = has_waiting(store, terms.recipient, terms.priority)
                     ? std::nullopt
                     : peers_.current(terms.recipient, terms.delivery_class, now);
      known = keys.emplace(place, std::move(key)).first;
    }
    if (const auto& key = known->second) {
      items.push_back({&record, &*key});
    } else {
      keep_waiting(store, record);
      // What comes after it for the same recipient and priority waits behind it, whatever its
      // class.
      for (auto& [other, its_key] : keys) {
        if (std::get<0>(other) == terms.recipient && std::get<2>(other) == terms.priority) {
          its_key.reset();
        }
      }
    }
  }
  return seal(store, std::move(items), in_force, now);
}

void Outbox::keep_waiting(Connection& store, const ClearedRecord& record) {
  const auto& terms = *record.terms;
  store.run(
      "INSERT INTO waiting_record(recipient, priority, delivery_class, record_id, terms, body, "
      "created, expires, attempt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      terms.recipient, static_cast<int>(terms.priority), static_cast<int>(terms.delivery_class),
      Bytes(record.id.bytes), to_text(terms), Bytes(record.body), to_ms(record.created),
      to_ms(record.expires), record.attempt);
}

std::vector<SliceRef> Outbox::seal(Connection& store, std::vector<Sealer::Item> items,
                                   const InForce& in_force, Time now) {
  if (items.empty()) return {};
  const SealingContext context{
      in_force.hub, authority_, in_force.register_number, in_force.bundle_number,
      [&](const std::string& recipient, schemas::Priority priority) -> StreamEnd& {
        return stream_to(store, recipient, priority);
      }};
  auto slices = sealer_.seal(items, context);
  std::vector<SliceRef> out;
  for (const auto& slice : slices) {
    Buffer record_ids;
    for (const auto place : slice.records) append(record_ids, items[place].record->id.bytes);
    const Buffer outcomes(slice.records.size(), 0);
    store.run(
        "INSERT INTO outgoing_slice(recipient, priority, stream, first_position, count, "
        "record_ids, "
        "leaves, outcomes, settled, accepted, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?)",
        slice.recipient, static_cast<int>(slice.priority), Bytes(slice.stream.bytes),
        slice.first_position, slice.records.size(), Bytes(record_ids), Bytes(joined(slice.leaves)),
        Bytes(outcomes), to_ms(now));
    const auto id = store.last_insert_rowid();
    store.run("INSERT INTO outgoing_content(id, bytes) VALUES (?, ?)", id, Bytes(*slice.bytes));
    store.run("INSERT INTO outgoing_keys(id, content_keys) VALUES (?, ?)", id,
              Bytes(slice.content_keys));
    count(store, "sent", slice.recipient, "", slice.records.size());
    out.push_back({id, slice.priority, slice.stream, slice.first_position, slice.bytes});
  }
  keep_streams(store, slices);
  record_disclosures(store, items, slices, in_force);
  for (auto& slice : slices) crypto::wipe(slice.content_keys);
  return out;
}

void Outbox::record_disclosures(Connection& store, const std::vector<Sealer::Item>& items,
                                const std::vector<SealedSlice>& slices, const InForce& in_force) {
  struct Group {
    audit::Entry entry;
    audit::Detail detail;
  };
  std::map<const Terms*, Group> groups;
  for (const auto& slice : slices) {
    for (std::size_t i = 0; i < slice.records.size(); ++i) {
      const auto& record = *items[slice.records[i]].record;
      auto& group = groups[record.terms.get()];
      if (group.entry.count == 0) {
        group.entry = entry_for(*record.terms, authority_, in_force);
        group.entry.act = "disclosure";
        group.entry.outcome = "sealed";
      }
      ++group.entry.count;
      group.entry.envelopes.push_back(slice.leaves[i]);
      group.detail.record_ids.push_back(record.id);
    }
  }
  for (auto& [terms, group] : groups) {
    group.detail.actor = "agent";
    log_.append(store, group.entry, group.detail);
    for (const auto& withheld : terms->withheld) {
      count(store, "withheld", terms->recipient, terms->record_type + "/" + withheld,
            group.entry.count);
    }
  }
}

// Takes out of the queue what has a key now.
Outbox::Due Outbox::take_waiting(Connection& store, const StillAllowed& allowed, Time now,
                                 std::size_t most) const {
  Due out;
  std::vector<std::int64_t> done;
  std::map<std::string, std::shared_ptr<const Terms>> verdicts;  // by the terms as kept
  std::set<std::pair<std::string, std::int64_t>> blocked;
  {
    auto query = store.prepare(
        "SELECT id, recipient, priority, delivery_class, record_id, terms, body, created, expires, "
        "attempt FROM waiting_record ORDER BY id");
    while (query.step() &&
           out.records.size() < std::min<std::size_t>(most, schemas::kMaxSliceRecords)) {
      const std::string recipient(query.text(1));
      const auto klass = schemas::delivery_class(static_cast<std::uint8_t>(query.int64(3)))
                             .value_or(schemas::DeliveryClass::Ordinary);
      if (blocked.contains({recipient, query.int64(2)})) continue;
      if (!peers_.current(recipient, klass, now)) {
        blocked.emplace(recipient, query.int64(2));
        continue;
      }
      auto& terms = verdicts[std::string(query.text(5))];
      const auto kept = terms_from(query.text(5));
      if (!terms) terms = allowed(kept);
      ClearedRecord record{uuid_from(query.bytes(4)).value_or(Uuid{}),
                           terms,
                           to_buffer(query.bytes(6)),
                           from_ms(query.int64(7)),
                           from_ms(query.int64(8)),
                           static_cast<std::uint8_t>(query.int64(9)),
                           {}};
      done.push_back(query.int64(0));
      if (terms && record.expires > now) {
        out.records.push_back(std::move(record));
      } else {
        record.terms = std::make_shared<const Terms>(kept);
        out.refused.push_back(std::move(record));
      }
    }
  }
  for (const auto id : done) store.run("DELETE FROM waiting_record WHERE id = ?", id);
  return out;
}

std::vector<SliceRef> Outbox::seal_waiting(Connection& store, const InForce& in_force,
                                           const StillAllowed& allowed, Time now,
                                           std::size_t most) {
  const auto due = take_waiting(store, allowed, now, most);
  for (const auto& record : due.refused) {
    auto entry = entry_for(*record.terms, authority_, in_force);
    const auto outcome = record.expires > now ? Outcome::RefusedByPolicy : Outcome::Expired;
    entry.act = "refusal";
    entry.outcome = word(outcome);
    entry.reason = "while it waited for the recipient's key";
    entry.count = 1;
    audit::Detail detail;
    detail.actor = "agent";
    detail.record_ids = {record.id};
    log_.append(store, entry, detail);
    count(store, "refused", record.terms->recipient, word(outcome), 1);
  }
  std::vector<std::optional<schemas::EpochKey>> keys;
  keys.reserve(due.records.size());
  std::vector<Sealer::Item> items;
  for (const auto& record : due.records) {
    keys.push_back(peers_.current(record.terms->recipient, record.terms->delivery_class, now));
    items.push_back({&record, &promised(keys.back(), "a key found a moment ago is still there")});
  }
  return seal(store, std::move(items), in_force, now);
}

}  // namespace hub::agent
