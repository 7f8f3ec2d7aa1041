#include "broker/mailbox.h"

#include <algorithm>

#include "core/base/result.h"

namespace hub::broker {
namespace {

using schemas::Slice;
using storage::Connection;

int code(SliceState state) { return static_cast<int>(state); }

WaitingSlice row_of(const storage::Statement& row) {
  return {
      row.int64(0),
      std::string(row.text(1)),
      std::string(row.text(2)),
      schemas::priority(static_cast<std::uint8_t>(row.int64(3))).value_or(schemas::Priority::Bulk),
      uuid_from(row.bytes(4)).value_or(Uuid{}),
      static_cast<std::uint64_t>(row.int64(5))};
}

bool stream_is_held(Connection& store, std::string_view sender, const Uuid& stream) {
  auto query = store.prepare(
      "SELECT 1 FROM void_notice n JOIN slice s ON s.id = n.id WHERE s.sender = ? AND s.stream = "
      "?");
  query.bind(1, sender).bind(2, Bytes(stream.bytes));
  return query.step();
}

std::optional<WaitingSlice> held_slice(Connection& store, std::string_view sender, Bytes notice) {
  auto query = store.prepare(
      "SELECT s.id, s.sender, s.recipient, s.priority, s.stream, s.first_position "
      "FROM void_notice n JOIN slice s ON s.id = n.id WHERE n.sender = ? AND n.notice = ?");
  query.bind(1, sender).bind(2, notice);
  if (!query.step()) return std::nullopt;
  return row_of(query);
}

std::vector<WaitingSlice> release_stream(Connection& store, std::string_view sender,
                                         const Uuid& stream) {
  std::vector<WaitingSlice> out;
  {
    auto query = store.prepare(
        "SELECT id, sender, recipient, priority, stream, first_position FROM slice "
        "WHERE sender = ? AND stream = ? AND state = 3 ORDER BY first_position");
    query.bind(1, sender).bind(2, Bytes(stream.bytes));
    while (query.step()) out.push_back(row_of(query));
  }
  for (const auto& slice : out) {
    store.run("UPDATE slice SET state = 1 WHERE id = ?", slice.id);
  }
  return out;
}

}  // namespace

Time Mailbox::incarnation(Connection& store, Time now) {
  store.run("INSERT INTO birth(one, incarnation) VALUES (1, ?) ON CONFLICT DO NOTHING", to_ms(now));
  auto query = store.prepare("SELECT incarnation FROM birth");
  require(query.step(), "the store's birth was just written");
  return from_ms(query.int64(0));
}

Place Mailbox::place_of(Connection& store, const Slice& slice) {
  const auto& facts = slice.facts();
  auto stream =
      store.prepare("SELECT recipient, priority FROM stream WHERE sender = ? AND stream = ?");
  stream.bind(1, facts.sender).bind(2, Bytes(facts.stream.bytes));
  if (!stream.step()) return Place::Free;
  if (stream.text(0) != facts.recipient ||
      stream.int64(1) != static_cast<std::int64_t>(facts.priority)) {
    return Place::OtherStream;
  }
  auto before = store.prepare(
      "SELECT first_position, count, digest FROM slice "
      "WHERE sender = ? AND stream = ? AND first_position < ? ORDER BY first_position DESC LIMIT "
      "1");
  before.bind(1, facts.sender).bind(2, Bytes(facts.stream.bytes)).bind(3, slice.end_position());
  if (!before.step()) return Place::Free;
  const auto first = static_cast<std::uint64_t>(before.int64(0));
  const auto end = first + static_cast<std::uint64_t>(before.int64(1));
  if (end <= facts.first_position) return Place::Free;
  const bool same = first == facts.first_position && end == slice.end_position() &&
                    same_bytes(before.bytes(2), slice.digest());
  return same ? Place::Same : Place::Reused;
}

SliceId Mailbox::put(Connection& store, const Admitted& admitted, Bytes notice, Time now,
                     SliceState& state) {
  const auto& slice = admitted.slice;
  const auto& facts = slice.facts();
  const auto& sender = facts.sender;
  state = SliceState::Waiting;
  if (stream_is_held(store, sender, facts.stream)) state = SliceState::Behind;
  if (!notice.empty()) state = SliceState::Unconfirmed;
  store.run(
      "INSERT INTO slice(sender, recipient, priority, stream, first_position, count, digest, "
      "state, "
      "admitted, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      sender, facts.recipient, static_cast<int>(facts.priority), Bytes(facts.stream.bytes),
      facts.first_position, slice.records().size(), Bytes(slice.digest()), code(state), to_ms(now),
      to_ms(admitted.expires));
  const auto id = store.last_insert_rowid();
  store.run("INSERT INTO slice_content(id, bytes) VALUES (?, ?)", id, Bytes(*slice.bytes()));
  store.run(
      "INSERT INTO stream(sender, stream, recipient, priority) VALUES (?, ?, ?, ?) "
      "ON CONFLICT DO NOTHING",
      sender, Bytes(facts.stream.bytes), facts.recipient, static_cast<int>(facts.priority));
  if (!notice.empty()) {
    store.run("INSERT INTO void_notice(id, sender, notice) VALUES (?, ?, ?)", id, sender, notice);
  }
  return id;
}

std::vector<WaitingSlice> Mailbox::waiting(Connection& store) {
  std::vector<WaitingSlice> out;
  auto query = store.prepare(
      "SELECT id, sender, recipient, priority, stream, first_position FROM slice "
      "WHERE state = 1 ORDER BY id");
  while (query.step()) out.push_back(row_of(query));
  return out;
}

std::optional<Buffer> Mailbox::content(Connection& store, SliceId id) {
  auto query = store.prepare("SELECT bytes FROM slice_content WHERE id = ?");
  query.bind(1, id);
  if (!query.step()) return std::nullopt;
  return to_buffer(query.bytes(0));
}

std::optional<Settled> Mailbox::settle(Connection& store, const schemas::Receipts& receipts,
                                       Bytes signed_bytes) {
  SliceId id = 0;
  bool settled_before = false;
  {
    auto query = store.prepare(
        "SELECT id, recipient, digest, state FROM slice "
        "WHERE sender = ? AND stream = ? AND first_position = ?");
    query.bind(1, receipts.sender)
        .bind(2, Bytes(receipts.stream.bytes))
        .bind(3, receipts.first_position);
    if (query.step()) {
      if (query.text(1) != receipts.recipient ||
          !same_bytes(query.bytes(2), schemas::leaves_digest(receipts.leaves))) {
        return std::nullopt;
      }
      id = query.int64(0);
      settled_before = query.int64(3) == code(SliceState::Settled);
    }
  }
  if (settled_before) return Settled{id, 0};
  // A slice that this store has lost is receipted all the same: its sender waits for the word.
  store.run("INSERT INTO receipt(sender, bytes) VALUES (?, ?)", receipts.sender, signed_bytes);
  const auto number = static_cast<std::uint64_t>(store.last_insert_rowid());
  if (id != 0) {
    store.run("UPDATE slice SET state = 4 WHERE id = ?", id);
    store.run_leaving_pages("DELETE FROM slice_content WHERE id = ?", id);
    store.run("DELETE FROM void_notice WHERE id = ?", id);
  }
  return Settled{id, number};
}

std::vector<StoredReceipt> Mailbox::receipts_for(Connection& store, std::string_view sender,
                                                 std::uint64_t after, int most) {
  std::vector<StoredReceipt> out;
  auto query = store.prepare(
      "SELECT number, bytes FROM receipt WHERE sender = ? AND number > ? ORDER BY number LIMIT ?");
  query.bind(1, sender).bind(2, after).bind(3, most);
  while (query.step()) {
    out.push_back({static_cast<std::uint64_t>(query.int64(0)), to_buffer(query.bytes(1))});
  }
  return out;
}

void Mailbox::receipt_taken(Connection& store, std::string_view sender, std::uint64_t number) {
  store.run("DELETE FROM receipt WHERE number = ? AND sender = ?", number, sender);
}

std::vector<Buffer> Mailbox::notices_for(Connection& store, std::string_view sender) {
  std::vector<Buffer> out;
  auto query = store.prepare("SELECT notice FROM void_notice WHERE sender = ? ORDER BY id");
  query.bind(1, sender);
  while (query.step()) out.push_back(to_buffer(query.bytes(0)));
  return out;
}

std::optional<Buffer> Mailbox::held_content(Connection& store, std::string_view sender,
                                            Bytes notice) {
  const auto held = held_slice(store, sender, notice);
  return held ? content(store, held->id) : std::nullopt;
}

std::vector<WaitingSlice> Mailbox::confirm_void(Connection& store, std::string_view sender,
                                                Bytes notice, Bytes reduced, Time expires) {
  const auto held = held_slice(store, sender, notice);
  if (!held) return {};
  store.run("UPDATE slice_content SET bytes = ? WHERE id = ?", reduced, held->id);
  store.run("UPDATE slice SET state = 1, expires = ? WHERE id = ?", to_ms(expires), held->id);
  store.run("DELETE FROM void_notice WHERE id = ?", held->id);
  auto out = stream_is_held(store, sender, held->stream)
                 ? std::vector<WaitingSlice>()
                 : release_stream(store, sender, held->stream);
  out.insert(out.begin(), *held);
  return out;
}

std::vector<SliceId> Mailbox::expired(Connection& store, std::string_view recipient, Time now,
                                      int most) {
  std::vector<SliceId> out;
  auto query = store.prepare(
      "SELECT id FROM slice WHERE recipient = ? AND state = 1 AND expires <= ? ORDER BY id LIMIT "
      "?");
  query.bind(1, recipient).bind(2, to_ms(now)).bind(3, most);
  while (query.step()) out.push_back(query.int64(0));
  return out;
}

std::vector<SliceId> Mailbox::hold_for_confirmation(Connection& store, SliceId id, Bytes notice) {
  std::vector<SliceId> out{id};
  WaitingSlice slice;
  {
    auto query = store.prepare(
        "SELECT id, sender, recipient, priority, stream, first_position FROM slice "
        "WHERE id = ? AND state = 1");
    query.bind(1, id);
    if (!query.step()) return {};
    slice = row_of(query);
  }
  store.run("UPDATE slice SET state = 2 WHERE id = ?", id);
  store.run("INSERT INTO void_notice(id, sender, notice) VALUES (?, ?, ?)", id, slice.sender,
            notice);
  {
    auto query = store.prepare(
        "SELECT id FROM slice WHERE sender = ? AND stream = ? AND first_position > ? AND state = "
        "1");
    query.bind(1, slice.sender).bind(2, Bytes(slice.stream.bytes)).bind(3, slice.first_position);
    while (query.step()) out.push_back(query.int64(0));
  }
  for (const auto later : std::span(out).subspan(1)) {
    store.run("UPDATE slice SET state = 3 WHERE id = ?", later);
  }
  return out;
}

std::vector<WaitingSlice> Mailbox::abandon(Connection& store, std::string_view sender,
                                           const Uuid& stream) {
  std::vector<WaitingSlice> out;
  {
    auto query = store.prepare(
        "SELECT id, sender, recipient, priority, stream, first_position FROM slice "
        "WHERE sender = ? AND stream = ? AND state < 4");
    query.bind(1, sender).bind(2, Bytes(stream.bytes));
    while (query.step()) out.push_back(row_of(query));
  }
  for (const auto& slice : out) {
    store.run("UPDATE slice SET state = 4 WHERE id = ?", slice.id);
    store.run_leaving_pages("DELETE FROM slice_content WHERE id = ?", slice.id);
    store.run("DELETE FROM void_notice WHERE id = ?", slice.id);
  }
  return out;
}

void Mailbox::purge_settled(Connection& store, Time before, int most) {
  store.run(
      "DELETE FROM slice WHERE id IN "
      "(SELECT id FROM slice WHERE state = 4 AND admitted < ? ORDER BY id LIMIT ?)",
      to_ms(before), most);
}

void Mailbox::count(Connection& store, std::string_view party, std::string_view what,
                    std::string_view detail, std::uint64_t by) {
  store.run(
      "INSERT INTO tally(party, what, detail, count) VALUES (?, ?, ?, ?) "
      "ON CONFLICT DO UPDATE SET count = count + excluded.count",
      party, what, detail, by);
}

}  // namespace hub::broker
