// The second half of the outbox: what recipients and broker say of records that were sent.

#include <algorithm>
#include <map>

#include "agent/outbox.h"
#include "agent/terms_text.h"
#include "core/base/result.h"
#include "core/crypto/body.h"

namespace hub::agent {
namespace {

using schemas::Outcome;
using storage::Connection;

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kIdBytes = 16;

std::vector<SliceRef> refs_of(storage::Statement& query) {
  std::vector<SliceRef> out;
  while (query.step()) {
    out.push_back({query.int64(0),
                   schemas::priority(static_cast<std::uint8_t>(query.int64(1)))
                       .value_or(schemas::Priority::Bulk),
                   uuid_from(query.bytes(2)).value_or(Uuid{}),
                   static_cast<std::uint64_t>(query.int64(3)), nullptr});
  }
  return out;
}

bool held_code(std::uint8_t code) {
  const auto outcome = schemas::outcome(code);
  return outcome && schemas::is_held(*outcome);
}

// The terms of a record of ours, from the header it was sent with.
Terms terms_of(const schemas::Header& header, const schemas::Slot& slot) {
  Terms out;
  out.record_type = header.record_type;
  out.type_version = header.type_version;
  out.delivery_class = slot.epoch.delivery_class;
  out.recipient = slot.recipient;
  out.purpose = header.purpose;
  out.agreement = header.agreement;
  out.legal_basis = header.legal_basis;
  out.regime = header.regime;
  out.handling = header.handling;
  out.originator = header.originator;
  out.priority = header.priority;
  out.field_groups.assign(header.field_groups.begin(), header.field_groups.end());
  return out;
}

// What is said of all records of one slice with the same outcome.
struct Acts {
  audit::Entry entry;
  audit::Detail detail;
};

}  // namespace

struct Outbox::Row {
  std::int64_t id = 0;
  std::string recipient;
  std::uint64_t first_position = 0;
  Buffer record_ids;  // empty once the slice is settled
  Buffer leaves;
  Buffer outcomes;

  [[nodiscard]] std::optional<Uuid> record_id(std::size_t place) const {
    if (record_ids.size() < (place + 1) * kIdBytes) return std::nullopt;
    return uuid_from(Bytes(record_ids).subspan(place * kIdBytes, kIdBytes));
  }
  [[nodiscard]] bool has_leaf(std::size_t place, const crypto::Digest& leaf) const {
    return same_bytes(Bytes(leaves).subspan(place * leaf.size(), leaf.size()), leaf);
  }
};

std::optional<Outbox::Row> Outbox::row_at(Connection& store, const Uuid& stream,
                                          std::uint64_t first_position) {
  auto query = store.prepare(
      "SELECT id, recipient, record_ids, leaves, outcomes FROM outgoing_slice "
      "WHERE stream = ? AND first_position = ?");
  query.bind(1, Bytes(stream.bytes)).bind(2, first_position);
  if (!query.step()) return std::nullopt;
  return Row{query.int64(0),
             std::string(query.text(1)),
             first_position,
             to_buffer(query.bytes(2)),
             to_buffer(query.bytes(3)),
             to_buffer(query.bytes(4))};
}

// Receipts cover their whole slice: its content has done its work.
void Outbox::keep_outcomes(Connection& store, const Row& row) {
  store.run(
      "UPDATE outgoing_slice SET outcomes = ?, settled = count, record_ids = x'' WHERE id = ?",
      Bytes(row.outcomes), row.id);
  // The keys first of all; without them and the recipient's, the content is noise.
  store.run("DELETE FROM outgoing_keys WHERE id = ?", row.id);
  store.run_leaving_pages("DELETE FROM outgoing_content WHERE id = ?", row.id);
}

std::optional<std::int64_t> Outbox::settle(Connection& store, const schemas::Receipts& receipts) {
  auto row = row_at(store, receipts.stream, receipts.first_position);
  bool ours =
      row && row->recipient == receipts.recipient && row->outcomes.size() == receipts.leaves.size();
  for (std::size_t i = 0; ours && i < receipts.leaves.size(); ++i) {
    ours = row->has_leaf(i, receipts.leaves[i]);
  }
  audit::Entry entry;
  entry.sender = authority_;
  entry.recipient = receipts.recipient;
  entry.bundle = receipts.bundle_number;
  entry.register_number = receipts.register_number;
  if (!ours) {
    entry.act = "refusal";
    entry.outcome = "receipt-refused";
    entry.reason = "the receipt is not about a slice that was sent";
    log_.append(store, entry, {});
    return std::nullopt;
  }
  std::map<Outcome, Acts> entries;
  for (std::size_t i = 0; i < receipts.outcomes.size(); ++i) {
    const auto outcome = receipts.outcomes[i];
    auto& known = row->outcomes[i];
    // A late receipt counts: what the recipient holds is held, whatever was thought before.
    const bool news = known == 0 || (schemas::is_held(outcome) && !held_code(known));
    if (!news) continue;
    known = static_cast<std::uint8_t>(outcome);
    auto& [about, detail] =
        entries.try_emplace(outcome, Acts{entry, audit::detail_by("agent")}).first->second;
    ++about.count;
    about.envelopes.push_back(receipts.leaves[i]);
    if (const auto id = row->record_id(i)) detail.record_ids.push_back(*id);
    if (outcome == Outcome::Reseal) seal_again(store, *row, i);
  }
  for (auto& [outcome, acts] : entries) {
    auto& about = acts.entry;
    about.act = "receipt";
    about.outcome = word(outcome);
    log_.append(store, about, acts.detail);
    count(store, "outcome", receipts.recipient, word(outcome), about.count);
  }
  keep_outcomes(store, *row);
  return row->id;
}

void Outbox::record_forged_receipt(Connection& store) {
  audit::Entry entry;
  entry.act = "refusal";
  entry.outcome = "receipt-refused";
  entry.sender = authority_;
  entry.reason = "the receipt is not signed by its recipient";
  log_.append(store, entry, {});
}

std::optional<crypto::Signature> Outbox::take_void(Connection& store,
                                                   const schemas::VoidNotice& notice,
                                                   Bytes signed_notice) {
  if (notice.sender != authority_) return std::nullopt;
  // A notice is about one slice: the one that holds its first position.
  std::uint64_t first_position = 0;
  {
    auto query = store.prepare(
        "SELECT first_position FROM outgoing_slice WHERE stream = ? AND first_position <= ? "
        "ORDER BY first_position DESC LIMIT 1");
    query.bind(1, Bytes(notice.stream.bytes)).bind(2, notice.positions.front());
    if (!query.step()) return std::nullopt;
    first_position = static_cast<std::uint64_t>(query.int64(0));
  }
  auto row = row_at(store, notice.stream, first_position);
  if (!row || row->recipient != notice.recipient) return std::nullopt;
  std::map<Outcome, Acts> entries;
  for (std::size_t i = 0; i < notice.positions.size(); ++i) {
    const auto place = notice.positions[i] - first_position;
    if (notice.positions[i] < first_position || place >= row->outcomes.size() ||
        !row->has_leaf(place, notice.leaves[i])) {
      return std::nullopt;
    }
    auto& known = row->outcomes[place];
    if (known != 0) continue;
    known = static_cast<std::uint8_t>(notice.outcomes[i]);
    auto& [about, detail] =
        entries.try_emplace(notice.outcomes[i], Acts{{}, audit::detail_by("agent")}).first->second;
    ++about.count;
    about.envelopes.push_back(notice.leaves[i]);
    if (const auto id = row->record_id(place)) detail.record_ids.push_back(*id);
  }
  for (auto& [outcome, acts] : entries) {
    auto& about = acts.entry;
    about.act = "refusal";
    about.outcome = word(outcome);
    about.reason = "the broker will not deliver it; confirmed by this log";
    about.sender = authority_;
    about.recipient = notice.recipient;
    log_.append(store, about, acts.detail);
    count(store, "outcome", notice.recipient, word(outcome), about.count);
  }
  // Settled it is only with the recipient's receipts: the void positions have to reach it, too.
  store.run("UPDATE outgoing_slice SET outcomes = ? WHERE id = ?", Bytes(row->outcomes), row->id);
  return schemas::confirm_void(signed_notice, key_);
}

// The recipient has lost the key: the record goes into a new slice, its content as it was.
void Outbox::seal_again(Connection& store, const Row& row, std::size_t place) {
  auto query = store.prepare(
      "SELECT bytes, content_keys FROM outgoing_content JOIN outgoing_keys USING (id) "
      "WHERE id = ?");
  query.bind(1, row.id);
  if (!query.step()) return;
  const auto slice = promised(
      schemas::UnverifiedSlice::parse(std::make_shared<const Buffer>(to_buffer(query.bytes(0)))),
      "a slice of ours can be read again");
  const auto key =
      promised(crypto::ContentKey::from(query.bytes(1).subspan(place * kKeyBytes, kKeyBytes)),
               "a key has 32 bytes");
  const auto& record = slice.claimed_records()[place];
  auto body =
      promised(crypto::open_body(key, record.header.commitment, record.header_hash, record.body),
               "a body of ours opens with its key");
  const ClearedRecord again{record.header.record_id,
                            std::make_shared<const Terms>(terms_of(record.header, record.slot)),
                            std::move(body),
                            record.header.created,
                            record.header.expires,
                            static_cast<std::uint8_t>(std::min(record.slot.attempt + 1, 255)),
                            {}};
  keep_waiting(store, again);
}

std::size_t Outbox::reopen_stream(Connection& store, const Uuid& stream) {
  std::size_t records = 0;
  std::string recipient;
  for (const auto& slice : unsettled_from(store, stream, 0)) {
    auto row = row_at(store, stream, slice.first_position);
    if (!row) continue;
    recipient = row->recipient;
    for (std::size_t i = 0; i < row->outcomes.size(); ++i) {
      if (row->outcomes[i] != 0) continue;
      seal_again(store, *row, i);
      row->outcomes[i] = static_cast<std::uint8_t>(Outcome::Reseal);
      ++records;
    }
    keep_outcomes(store, *row);
  }
  store.run("DELETE FROM outgoing_stream WHERE stream = ?", Bytes(stream.bytes));
  streams_.clear();
  audit::Entry entry;
  entry.act = "admin";
  entry.outcome = "stream-reopened";
  entry.sender = authority_;
  entry.recipient = recipient;
  entry.count = records;
  log_.append(store, entry, {});
  return records;
}

std::vector<SliceRef> Outbox::unsubmitted(Connection& store, Time incarnation) {
  auto query = store.prepare(
      "SELECT id, priority, stream, first_position FROM outgoing_slice "
      "WHERE settled < count AND accepted <> ? ORDER BY id");
  query.bind(1, to_ms(incarnation));
  return refs_of(query);
}

std::vector<SliceRef> Outbox::unsettled_from(Connection& store, const Uuid& stream,
                                             std::uint64_t position) {
  auto query = store.prepare(
      "SELECT id, priority, stream, first_position FROM outgoing_slice "
      "WHERE stream = ? AND first_position + count > ? AND settled < count ORDER BY "
      "first_position");
  query.bind(1, Bytes(stream.bytes)).bind(2, position);
  return refs_of(query);
}

std::optional<Buffer> Outbox::content(Connection& store, std::int64_t id) {
  auto query = store.prepare("SELECT bytes FROM outgoing_content WHERE id = ?");
  query.bind(1, id);
  if (!query.step()) return std::nullopt;
  return to_buffer(query.bytes(0));
}

void Outbox::accepted(Connection& store, std::int64_t id, Time incarnation) {
  store.run("UPDATE outgoing_slice SET accepted = ? WHERE id = ?", to_ms(incarnation), id);
}

}  // namespace hub::agent
