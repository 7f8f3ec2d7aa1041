// Mail: submissions in, deliveries out, receipts home. Each arrow of the record's life that passes
// through the broker is one function here; what is never delivered is in broker_voids.cc.

#include "broker/broker.h"
#include "core/base/log.h"
#include "schemas/receipts.h"

namespace hub::broker {
namespace {

using schemas::Answer;
using schemas::MessageKind;
using schemas::Outcome;

constexpr std::uint32_t kReceiptWindow = 64;
constexpr std::size_t kMostFresh = 256;
constexpr std::uint32_t kMostGaps = 1000;

audit::Entry refusal_entry(const std::string& party, std::string_view outcome,
                           const schemas::SliceFacts& claims) {
  audit::Entry entry;
  entry.act = "refusal";
  entry.outcome = outcome;
  entry.sender = party;
  entry.recipient = claims.recipient;
  return entry;
}

}  // namespace

// ---- submission ----

void Broker::on_submit(Session& session, const schemas::SharedBytes& bytes) {
  if (session.submits >= config_.window) return refuse(session, "more slices than its window");
  ++session.submits;
  const bool taken =
      lanes_.try_post(session.party, [this, party = session.party, bytes] { admit(party, bytes); });
  if (!taken) refuse(session, "more slices than its window");
}

// On a lane.
void Broker::admit(const std::string& party, const schemas::SharedBytes& bytes) {
  const auto now = snapshot();
  auto& admission = *admissions_[lanes_.lane_of(party)];
  auto admitted = admission.admit(*now, party, bytes, clock_.now());
  if (!admitted) return record_refusal(party, admitted.error());
  const auto& facts = admitted->slice.facts();
  if (waiting_counts_.of(facts.recipient) >= config_.most_waiting) {
    return answer_submit(party, facts.stream, facts.first_position, Answer::TryLater);
  }
  record_admission(std::make_shared<Admitted>(std::move(*admitted)), now);
}

void Broker::record_refusal(const std::string& party, const NotAdmitted& refused) {
  storage::Job job;
  job.act = [this, party, refused](storage::Connection& store) {
    log_.append(store, refusal_entry(party, word(refused.answer), refused.claims), {});
    Mailbox::count(store, party, "refused-slice", word(refused.answer), 1);
  };
  job.done = [this, party, refused](bool) {
    answer_submit(party, refused.claims.stream, refused.claims.first_position, refused.answer);
  };
  store_.submit(std::move(job));
}

struct Broker::Fate {
  Answer answer = Answer::Accepted;
  Buffer notice;
  WaitingSlice slice;
  bool deliver = false;
};

void Broker::record_admission(const std::shared_ptr<Admitted>& admitted, SnapshotRef snapshot) {
  auto fate = std::make_shared<Fate>();
  storage::Job job;
  job.act = [this, admitted, snapshot = std::move(snapshot),
             fate](storage::Connection& store) mutable {
    *fate = keep_admitted(store, *admitted, snapshot);
  };
  job.done = [this, admitted, fate](bool committed) {
    const auto& facts = admitted->slice.facts();
    const std::string sender(facts.sender);
    if (!committed) {
      return answer_submit(sender, facts.stream, facts.first_position, Answer::TryLater);
    }
    loop_.post([this, admitted, fate] { kept(*admitted, *fate); });
    answer_submit(sender, facts.stream, facts.first_position, fate->answer);
  };
  store_.submit(std::move(job));
}

// On the writer thread.
Broker::Fate Broker::keep_admitted(storage::Connection& store, Admitted& admitted,
                                   SnapshotRef& snapshot) {
  Fate fate;
  const std::string sender(admitted.slice.facts().sender);
  if (const auto newer = this->snapshot(); newer != snapshot) {
    // Register or bundle changed since the lane decided: decide again under what is in force.
    auto again = writer_admission_.admit(*newer, sender, admitted.slice.bytes(), clock_.now());
    if (!again) {
      fate.answer = again.error().answer;
      log_.append(store, refusal_entry(sender, word(fate.answer), admitted.slice.facts()), {});
      return fate;
    }
    admitted = std::move(*again);
    snapshot = newer;
  }
  const auto& facts = admitted.slice.facts();
  const auto place = Mailbox::place_of(store, admitted.slice);
  if (place == Place::Same) return fate;
  if (place != Place::Free) {
    fate.answer = place == Place::Reused ? Answer::PositionReused : Answer::HeaderDisagrees;
    log_.append(store, refusal_entry(sender, word(fate.answer), facts), {});
    Mailbox::count(store, sender, "refused-slice", word(fate.answer), 1);
    return fate;
  }
  if (admitted.has_refusals()) {
    fate.notice = schemas::sign_void_notice(
        void_notice(admitted.slice, admitted.refused, clock_.now()), keys_.envelope);
    fate.answer = Answer::AcceptedWithVoids;
  }
  auto state = SliceState::Waiting;
  const auto id = Mailbox::put(store, admitted, fate.notice, clock_.now(), state);
  for (const auto& entry : admitted.entries) {
    log_.append(store, entry, {});
    Mailbox::count(store, sender, entry.act == "relay" ? "relayed" : "refused", entry.outcome,
                   entry.count);
  }
  fate.deliver = state == SliceState::Waiting;
  fate.slice = {
      id, sender, std::string(facts.recipient), facts.priority, facts.stream, facts.first_position};
  return fate;
}

// On the loop, when it is committed.
void Broker::kept(const Admitted& admitted, const Fate& fate) {
  if (fate.deliver) {
    delivery_.add(fate.slice);
    count_waiting(fate.slice.recipient);
    if (delivery_.is_connected(fate.slice.recipient) && fresh_.size() < kMostFresh) {
      fresh_.emplace(fate.slice.id, admitted.slice.bytes());
    }
    pump(fate.slice.recipient);
  }
  if (fate.notice.empty()) return;
  if (const auto* session = session_of(std::string(admitted.slice.facts().sender))) {
    send(*session, MessageKind::VoidRequest, fate.notice);
  }
}

// From any thread.
void Broker::answer_submit(const std::string& party, const Uuid& stream,
                           std::uint64_t first_position, Answer answer) {
  loop_.post([this, party, submitted = schemas::Submitted{stream, first_position, answer}] {
    auto* session = session_of(party);
    if (session == nullptr) return;
    if (session->submits > 0) --session->submits;
    send(*session, MessageKind::Submitted, encode(submitted));
  });
}

// ---- delivery ----

void Broker::pump(const std::string& recipient) {
  auto& queue = outgoing_[recipient];
  for (const auto id : delivery_.take(recipient)) {
    const auto fresh = fresh_.find(id);
    if (fresh != fresh_.end()) {
      queue.push(id, std::move(fresh->second));
      fresh_.erase(fresh);
      continue;
    }
    queue.push(id, std::nullopt);
    lanes_.post(recipient, [this, recipient, id] {
      auto bytes =
          store_.read([&](storage::Connection& store) { return Mailbox::content(store, id); });
      loop_.post([this, recipient, id, bytes = std::move(bytes)] {
        outgoing_[recipient].fill(id, std::make_shared<const Buffer>(bytes.value_or(Buffer{})));
        flush(recipient);
      });
    });
  }
  flush(recipient);
}

void Broker::flush(const std::string& recipient) {
  const auto* session = session_of(recipient);
  if (session == nullptr) return;
  auto& queue = outgoing_[recipient];
  while (const auto next = queue.pop_ready()) {
    if (next->second->empty()) {
      delivery_.remove(recipient, next->first);  // settled meanwhile
      continue;
    }
    send(*session, MessageKind::Deliver, *next->second);
  }
}

void Broker::on_settle(Session& session, const schemas::SharedBytes& bytes) {
  const bool taken = lanes_.try_post(
      session.party, [this, party = session.party, bytes] { settle(party, bytes); });
  if (!taken) refuse(session, "more settlements than its window");
}

std::shared_ptr<const schemas::Receipts> Broker::believed(const std::string& party, Bytes bytes,
                                                          std::string_view& fault) const {
  const auto now = snapshot();
  const auto* recipient = now->parties->find(party);
  auto parsed = schemas::UnverifiedReceipts::parse(bytes);
  if (!parsed) {
    fault = describe(parsed.error());
    return nullptr;
  }
  if (recipient == nullptr || parsed->claimed_recipient() != party) {
    fault = "receipt of another authority";
    return nullptr;
  }
  auto verified = std::move(*parsed).verify(recipient->keys.envelope, now->parties->hub());
  if (!verified) {
    fault = "receipt not signed by its recipient";
    return nullptr;
  }
  return std::make_shared<const schemas::Receipts>(std::move(*verified));
}

// On a lane.
void Broker::settle(const std::string& party, const schemas::SharedBytes& bytes) {
  std::string_view fault = "receipt does not match its slice";
  const auto shared = believed(party, *bytes, fault);
  auto settled = std::make_shared<std::optional<Settled>>();
  storage::Job job;
  job.act = [this, party, bytes, shared, settled, fault](storage::Connection& store) {
    *settled = shared ? Mailbox::settle(store, *shared, *bytes) : std::nullopt;
    audit::Entry entry;
    entry.recipient = party;
    if (!*settled) {
      entry.act = "refusal";
      entry.outcome = "receipt-refused";
      entry.reason = fault;
      Mailbox::count(store, party, "refused-receipt", entry.reason, 1);
    } else {
      entry.act = "receipt";
      entry.outcome = "passed-on";
      entry.sender = shared->sender;
      entry.count = shared->leaves.size();
      entry.envelopes = shared->leaves;
      Mailbox::count(store, party, "receipted", "", shared->leaves.size());
    }
    log_.append(store, entry, {});
  };
  job.done = [this, party, bytes, shared, settled](bool committed) {
    loop_.post([this, party, bytes, shared, settled, committed] {
      auto* session = session_of(party);
      if (!committed || !*settled) {
        // Not recorded, or not a receipt of ours: a new session delivers the slice again.
        if (session != nullptr) server_->cut(session->peer);
        return;
      }
      delivery_.settled(party, (*settled)->slice);
      count_waiting(party);
      pump(party);
      // A repeated receipt is kept and sent under the number of the first, if it still is.
      if ((*settled)->receipt != 0) send_receipt(shared->sender, (*settled)->receipt, *bytes);
    });
  };
  store_.submit(std::move(job));
}

void Broker::on_gap(Session& session, Bytes content) {
  const auto gap = schemas::parse_gap(content);
  if (!gap) return refuse(session, describe(gap.error()));
  if (++session.gaps > kMostGaps) return refuse(session, "too many gaps reported");
  log_warning("stream-gap", {{"recipient", session.party},
                             {"sender", gap->sender},
                             {"expected", gap->expected_position}});
  if (!delivery_.rewind(session.party, gap->stream, gap->expected_position)) {
    // It is not here: only the sender can fill it.
    if (const auto* sender = session_of(gap->sender)) send(*sender, MessageKind::Gap, content);
  }
  pump(session.party);
}

void Broker::count_waiting(std::string_view recipient) {
  waiting_counts_.set(recipient, delivery_.waiting(recipient) + delivery_.in_flight(recipient));
}

// The sender's own word that nothing of this stream is to be delivered any more.
void Broker::on_abandon(Session& session, Bytes content) {
  const auto abandon = schemas::parse_abandon(content);
  if (!abandon) return refuse(session, describe(abandon.error()));
  auto dropped = std::make_shared<std::vector<WaitingSlice>>();
  storage::Job job;
  job.act = [this, party = session.party, stream = abandon->stream,
             dropped](storage::Connection& store) {
    *dropped = Mailbox::abandon(store, party, stream);
    if (dropped->empty()) return;
    audit::Entry entry;
    entry.act = "admin";
    entry.outcome = "stream-abandoned";
    entry.sender = party;
    entry.recipient = dropped->front().recipient;
    entry.count = dropped->size();
    log_.append(store, entry, {});
  };
  job.done = [this, dropped](bool committed) {
    if (!committed) return;  // The recipient reports the gap again, and the sender abandons again.
    loop_.post([this, dropped] {
      for (const auto& slice : *dropped) {
        delivery_.remove(slice.recipient, slice.id);
        count_waiting(slice.recipient);
      }
    });
  };
  store_.submit(std::move(job));
}

// ---- receipts ----

void Broker::send_receipt(const std::string& sender, std::uint64_t number, Bytes receipts) {
  auto* session = session_of(sender);
  if (session == nullptr) return;
  if (session->receipts_waiting || session->receipts >= kReceiptWindow) {
    session->receipts_waiting = true;
    return read_receipts(*session);
  }
  ++session->receipts;
  session->last_receipt = number;
  send(*session, MessageKind::ReceiptDelivery,
       encode(schemas::ReceiptDelivery{number, to_buffer(receipts)}));
}

// Sends on from the store what did not go out at once.
void Broker::read_receipts(Session& session) {
  if (!session.receipts_waiting || session.reading_receipts || session.receipts >= kReceiptWindow) {
    return;
  }
  session.reading_receipts = true;
  const auto most = static_cast<int>(kReceiptWindow - session.receipts);
  lanes_.post(session.party, [this, party = session.party, peer = session.peer,
                              after = session.last_receipt, most] {
    auto found = store_.read([&](storage::Connection& store) {
      return Mailbox::receipts_for(store, party, after, most);
    });
    loop_.post([this, peer, most, found = std::move(found)] {
      const auto known = sessions_.find(peer);
      if (known == sessions_.end()) return;
      auto& again = known->second;
      again.reading_receipts = false;
      again.receipts_waiting = found.size() == static_cast<std::size_t>(most);
      for (const auto& receipt : found) {
        ++again.receipts;
        again.last_receipt = receipt.number;
        send(again, MessageKind::ReceiptDelivery,
             encode(schemas::ReceiptDelivery{receipt.number, receipt.bytes}));
      }
    });
  });
}

void Broker::on_receipts_taken(Session& session, Bytes content) {
  const auto numbers = schemas::parse_receipts_taken(content);
  if (!numbers) return refuse(session, describe(numbers.error()));
  session.receipts -=
      std::min<std::uint32_t>(session.receipts, static_cast<std::uint32_t>(numbers->size()));
  storage::Job job;
  job.act = [party = session.party, numbers = *numbers](storage::Connection& store) {
    for (const auto number : numbers) {
      if (number > INT64_MAX) continue;
      Mailbox::receipt_taken(store, party, number);
    }
  };
  job.done = [](bool) {};  // Not recorded: they are sent again, and taken again.
  job.may_wait = true;
  if (!store_.try_submit(job)) log_debug("receipts-taken-not-recorded");
  read_receipts(session);
}

}  // namespace hub::broker
