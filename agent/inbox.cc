#include "agent/inbox.h"

#include <algorithm>

#include "agent/erased_identity.h"
#include "agent/outbox.h"
#include "core/base/byte_writer.h"
#include "core/crypto/body.h"
#include "schemas/record.h"
#include "schemas/record_facts.h"

namespace hub::agent {
namespace {

using schemas::Outcome;
using storage::Connection;

constexpr std::size_t kMostContexts = 16;  // of one sender

// What makes two records with one id the same: kind, type, what they answer, and the content.
crypto::Digest fingerprint(const schemas::Header& header, Bytes body) {
  return crypto::sha256(ByteWriter(body.size() + 128)
                            .prefixed("hub/record/v1")
                            .u8(static_cast<std::uint8_t>(header.kind))
                            .prefixed(header.record_type)
                            .prefixed(header.in_reply_to.value_or(Uuid{}).bytes)
                            .prefixed(body)
                            .view());
}

bool same_groups(const schemas::Header& header, const std::vector<std::string>& present) {
  return header.field_groups.size() == present.size() &&
         std::ranges::all_of(present, [&](const std::string& group) {
           return std::ranges::find(header.field_groups, group) != header.field_groups.end();
         });
}

}  // namespace

// ---- on a lane ----

Result<OpenedSlice, schemas::WireError> Opener::open(
    const std::shared_ptr<const Snapshot>& snapshot, schemas::SharedBytes bytes, Time now) {
  auto parsed = schemas::UnverifiedSlice::parse(std::move(bytes));
  if (!parsed) return fail(parsed.error());
  if (parsed->claims().recipient != authority_) return fail(schemas::WireError::HeaderDisagrees);
  const auto& parties = *snapshot->parties;
  const auto* sender = parties.find(parsed->claimed_sender());
  if (sender == nullptr || sender->suspended) return fail(schemas::WireError::BadSignature);
  auto slice = std::move(*parsed).verify(sender->keys.envelope, parties.hub());
  if (!slice) return fail(slice.error());
  if (slice->has_voids()) {
    // The broker may leave records out only with its own and the sender's signed word.
    auto notice = schemas::UnverifiedVoidNotice::parse(slice->void_notice());
    const auto& confirmation = slice->void_confirmation();
    if (!notice || !confirmation ||
        !schemas::void_is_confirmed(slice->void_notice(), *confirmation, sender->keys.envelope)) {
      return fail(schemas::WireError::BadSignature);
    }
    const auto believed = std::move(*notice).verify(parties.broker().envelope, parties.hub());
    if (!believed) return fail(believed.error());
    OpenedSlice out{std::move(*slice), {}, snapshot};
    return with_voids(std::move(out), *believed, now);
  }
  OpenedSlice out{std::move(*slice), {}, snapshot};
  for (const auto& record : out.slice.records()) {
    out.records.push_back(open_record(*snapshot, record, now));
  }
  return out;
}

Result<OpenedSlice, schemas::WireError> Opener::with_voids(OpenedSlice opened,
                                                           const schemas::VoidNotice& notice,
                                                           Time now) {
  const auto& facts = opened.slice.facts();
  for (std::size_t i = 0; i < opened.slice.records().size(); ++i) {
    const auto& record = opened.slice.records()[i];
    if (!record.is_void) {
      opened.records.push_back(open_record(*opened.snapshot, record, now));
      continue;
    }
    const auto place = std::ranges::find(notice.positions, facts.first_position + i);
    const auto at = static_cast<std::size_t>(place - notice.positions.begin());
    if (place == notice.positions.end() || notice.stream != facts.stream ||
        notice.leaves[at] != record.leaf) {
      return fail(schemas::WireError::BadSignature);
    }
    auto& told = opened.records.emplace_back();
    told.outcome = notice.outcomes[at];
  }
  return opened;
}

const crypto::HpkeRecipient* Opener::context_for(std::string_view sender,
                                                 const schemas::Slot& slot) {
  // With an epoch key go the schedules that were made from it.
  if (const auto destroyed = epochs_.destroyed(); destroyed != destroyed_) {
    contexts_.clear();
    destroyed_ = destroyed;
  }
  auto& of_sender = contexts_[std::string(sender)];
  ContextKey key{slot.epoch, slot.encapsulated};
  const auto known = of_sender.find(key);
  if (known != of_sender.end()) return &known->second;
  auto made = epochs_.open(slot.epoch, slot.encapsulated,
                           schemas::slot_info(sender, authority_, slot.epoch));
  if (!made) return nullptr;
  if (of_sender.size() >= kMostContexts) of_sender.clear();
  return &of_sender.emplace(key, std::move(*made)).first->second;
}

OpenedSlice::Record Opener::open_record(const Snapshot& snapshot,
                                        const schemas::SealedRecord& record, Time now) {
  OpenedSlice::Record out;
  const auto refuse = [&](Outcome outcome) {
    out.outcome = outcome;
    return std::move(out);
  };
  const auto& header = record.header;
  if (header.expires <= now) return refuse(Outcome::Expired);
  const auto* type = snapshot.catalogue->find(header.record_type);
  if (type == nullptr) return refuse(Outcome::UnknownType);
  if (!schemas::times_are_possible(header, type->delivery_class(), now)) {
    return refuse(Outcome::HeaderDisagrees);
  }
  const auto* context = context_for(header.sender, record.slot);
  if (context == nullptr) return refuse(Outcome::Reseal);
  auto unwrapped = context->open(
      record.slot.sequence,
      schemas::slot_associated_data(record.header_hash, record.body_hash, record.slot),
      record.slot.wrapped);
  if (!unwrapped) return refuse(Outcome::CannotOpen);
  const auto key = crypto::ContentKey::from(*unwrapped);
  crypto::wipe(*unwrapped);
  if (!key) return refuse(Outcome::CannotOpen);
  auto body = crypto::open_body(*key, header.commitment, record.header_hash, record.body);
  if (!body) return refuse(Outcome::CannotOpen);
  if (header.kind != schemas::RecordKind::Withdrawal) {
    const auto view = schemas::RecordView::open(*type, *body);
    if (!view) return refuse(Outcome::BodyInvalid);
    if (view->addressed_to() != authority_ || !same_groups(header, view->groups_present())) {
      return refuse(Outcome::HeaderDisagrees);
    }
    out.identifiers = identifiers_of(*view);
    out.is_protected = is_protected(*view);
  }
  out.verdict = accept_.decide(*snapshot.rulebook,
                               schemas::facts_of<policy::RecordFacts>(header, authority_), now);
  if (!out.verdict->allowed) return refuse(Outcome::RefusedByPolicy);
  out.body = std::move(*body);
  out.outcome = Outcome::Held;
  return out;
}

// ---- on the writer thread ----

Inbox::Inbox(std::string authority, const crypto::EnvelopeKey& key, audit::Log& log,
             storage::KeyRuns& identifiers)
    : authority_(std::move(authority)), key_(key), log_(log), identifiers_(identifiers) {}

Inbox::Stream Inbox::stream_of(Connection& store, const schemas::SliceFacts& facts) {
  Stream out;
  auto query = store.prepare(
      "SELECT next_position, last_leaf FROM incoming_stream WHERE sender = ? AND stream = ?");
  query.bind(1, facts.sender).bind(2, Bytes(facts.stream.bytes));
  if (!query.step()) return out;
  out.next_position = static_cast<std::uint64_t>(query.int64(0));
  const auto leaf = query.bytes(1);
  std::copy_n(leaf.begin(), std::min(leaf.size(), out.last_leaf.size()), out.last_leaf.begin());
  return out;
}

std::optional<Buffer> Inbox::receipts_given(Connection& store, const schemas::Slice& slice) {
  auto query = store.prepare(
      "SELECT digest, receipts FROM incoming_slice "
      "WHERE sender = ? AND stream = ? AND first_position = ?");
  query.bind(1, slice.facts().sender)
      .bind(2, Bytes(slice.facts().stream.bytes))
      .bind(3, slice.facts().first_position);
  if (!query.step() || !same_bytes(query.bytes(0), slice.digest())) return std::nullopt;
  return to_buffer(query.bytes(1));
}

Inbox::Taken Inbox::take(Connection& store, const OpenedSlice& opened, Time now) {
  const auto& slice = opened.slice;
  const auto& facts = slice.facts();
  const auto stream = stream_of(store, facts);
  Taken out;
  if (facts.first_position > stream.next_position) {
    out.expected = stream.next_position;
    return out;
  }
  std::vector<Outcome> outcomes(slice.records().size());
  if (facts.first_position < stream.next_position) {
    if (auto given = receipts_given(store, slice)) {
      out.receipts = std::move(*given);
      return out;
    }
    std::ranges::fill(outcomes, Outcome::PositionReused);
    record(store, opened, outcomes);
    out.receipts = sign(opened, std::move(outcomes), now);
    return out;
  }
  const auto& first = slice.records().front();
  if (!first.is_void && first.slot.previous != stream.last_leaf) {
    std::ranges::fill(outcomes, Outcome::BrokenChain);
    record(store, opened, outcomes);
    out.receipts = sign(opened, std::move(outcomes), now);
    return out;
  }
  Keeping keeping{TermNumbers(store), {}};
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    outcomes[i] = opened.records[i].outcome;
    if (outcomes[i] == Outcome::Held) outcomes[i] = keep(store, opened, i, now, keeping);
    if (outcomes[i] == Outcome::Held) ++out.stored;
  }
  identifiers_.append(store, keeping.identifiers);
  record(store, opened, outcomes);
  out.receipts = sign(opened, std::move(outcomes), now);
  store.run(
      "INSERT INTO incoming_slice(sender, stream, first_position, digest, receipts, taken) "
      "VALUES (?, ?, ?, ?, ?, ?)",
      facts.sender, Bytes(facts.stream.bytes), facts.first_position, Bytes(slice.digest()),
      Bytes(out.receipts), to_ms(now));
  store.run(
      "INSERT INTO incoming_stream(sender, stream, priority, next_position, last_leaf) "
      "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
      "next_position = excluded.next_position, last_leaf = excluded.last_leaf",
      facts.sender, Bytes(facts.stream.bytes), static_cast<int>(facts.priority),
      slice.end_position(), Bytes(slice.records().back().leaf));
  return out;
}

Outcome Inbox::keep(Connection& store, const OpenedSlice& opened, std::size_t place, Time now,
                    Keeping& keeping) {
  const auto& sealed = opened.slice.records()[place];
  const auto& record = opened.records[place];
  const auto& header = sealed.header;
  const auto print = fingerprint(header, record.body);
  {
    auto known =
        store.prepare("SELECT fingerprint FROM record_identity WHERE sender = ? AND record_id = ?");
    known.bind(1, header.sender).bind(2, Bytes(header.record_id.bytes));
    if (known.step()) {
      return same_bytes(known.bytes(0), print) ? Outcome::AlreadyHeld : Outcome::IdentityReused;
    }
  }
  // It was held once, and does not come back. What it said is not known any more.
  if (was_erased(store, header.sender, header.record_id)) return Outcome::AlreadyHeld;
  std::int64_t replaced = 0;
  const bool changes = header.kind == schemas::RecordKind::Amendment ||
                       header.kind == schemas::RecordKind::Withdrawal;
  if (changes) {
    auto original =
        store.prepare("SELECT seq FROM record_identity WHERE sender = ? AND record_id = ?");
    original.bind(1, header.sender).bind(2, Bytes(header.in_reply_to.value_or(Uuid{}).bytes));
    if (!original.step()) return Outcome::NotOriginalSender;
    replaced = original.int64(0);
  }
  policy::Question question;
  add_terms(header, record.is_protected, question);
  store.run(
      "INSERT INTO held_record(sender, record_id, record_type, type_version, leaf, header, body, "
      "received, terms, amends) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, 0))",
      header.sender, Bytes(header.record_id.bytes), header.record_type, header.type_version,
      Bytes(sealed.leaf), sealed.header_bytes, Bytes(record.body), to_ms(now),
      keeping.terms.of(question), replaced);
  const auto seq = store.last_insert_rowid();
  store.run("INSERT INTO record_identity(sender, record_id, fingerprint, seq) VALUES (?, ?, ?, ?)",
            header.sender, Bytes(header.record_id.bytes), Bytes(print), seq);
  if (changes) {
    store.run("UPDATE held_record SET ended_seq = ? WHERE seq = ? AND ended_seq IS NULL", seq,
              replaced);
  }
  for (const auto& [identifier, value] : record.identifiers) {
    keeping.identifiers.push_back({identifier_key(identifier, value), seq});
  }
  return Outcome::Held;
}

void Inbox::record(Connection& store, const OpenedSlice& opened,
                   const std::vector<Outcome>& outcomes) {
  struct Group {
    audit::Entry entry;
    audit::Detail detail;
  };
  std::map<std::tuple<Outcome, const policy::RecordVerdict*, std::string_view>, Group> groups;
  const auto& facts = opened.slice.facts();
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto& sealed = opened.slice.records()[i];
    const auto* verdict = opened.records[i].verdict.get();
    auto& [entry, detail] = groups[{outcomes[i], verdict, sealed.header.record_type}];
    if (entry.count == 0) {
      entry = schemas::entry_about<audit::Entry>(sealed.header, authority_);
      entry.sender = facts.sender;
      entry.act = schemas::is_held(outcomes[i]) ? "collection" : "refusal";
      entry.outcome = word(outcomes[i]);
      if (verdict != nullptr) entry.policies = verdict->policies;
      if (verdict != nullptr) entry.reason = verdict->explanation;
      entry.bundle = opened.snapshot->bundle->note().number;
      entry.register_number = opened.snapshot->parties->note().number;
      detail.actor = "agent";
    }
    ++entry.count;
    entry.envelopes.push_back(sealed.leaf);
    if (!sealed.is_void) detail.record_ids.push_back(sealed.header.record_id);
  }
  for (const auto& [key, group] : groups) {
    log_.append(store, group.entry, group.detail);
    count(store, schemas::is_held(std::get<0>(key)) ? "received" : "refused-incoming", facts.sender,
          group.entry.outcome, group.entry.count);
  }
}

Buffer Inbox::sign(const OpenedSlice& opened, std::vector<Outcome> outcomes, Time now) const {
  const auto& facts = opened.slice.facts();
  return schemas::sign_receipts(
      {std::string(facts.hub), authority_, std::string(facts.sender), facts.stream,
       facts.first_position, opened.snapshot->parties->note().number,
       opened.snapshot->bundle->note().number, now, opened.slice.leaves(), std::move(outcomes)},
      key_);
}

void Inbox::record_refusal(Connection& store, std::string_view reason) {
  audit::Entry entry;
  entry.act = "refusal";
  entry.outcome = "slice-refused";
  entry.sender = schemas::kBrokerParty;
  entry.recipient = authority_;
  entry.reason = reason;
  log_.append(store, entry, {});
  count(store, "refused-incoming", schemas::kBrokerParty, reason, 1);
}

}  // namespace hub::agent
