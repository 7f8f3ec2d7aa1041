// Positions that will never be delivered: the broker says so, the sender confirms, and only then
// the recipient is told (docs/protocol.md 5).

#include "broker/broker.h"
#include "core/base/log.h"
#include "schemas/receipts.h"

namespace hub::broker {
namespace {

using schemas::MessageKind;
using schemas::Outcome;

constexpr int kExpiredAtOnce = 100;

}  // namespace

void Broker::on_void_confirm(Session& session, Bytes content) {
  auto confirmation = schemas::parse_void_confirmation(content);
  if (!confirmation) return refuse(session, describe(confirmation.error()));
  const bool taken = lanes_.try_post(
      session.party, [this, party = session.party,
                      confirmation = std::make_shared<const schemas::VoidConfirmation>(
                          std::move(*confirmation))] { confirm_void(party, *confirmation); });
  if (!taken) refuse(session, "more confirmations than notices");
}

// On a lane.
void Broker::confirm_void(const std::string& party, const schemas::VoidConfirmation& confirmation) {
  const auto now = snapshot();
  const auto* sender = now->parties->find(party);
  if (sender == nullptr || !schemas::void_is_confirmed(confirmation.notice, confirmation.signature,
                                                       sender->keys.envelope)) {
    log_warning("void-confirmation-refused", {{"authority", party}});
    return;
  }
  auto content = store_.read([&](storage::Connection& store) {
    return Mailbox::held_content(store, party, confirmation.notice);
  });
  if (!content) return;  // confirmed before
  auto parsed =
      schemas::UnverifiedSlice::parse(std::make_shared<const Buffer>(std::move(*content)));
  auto notice = schemas::UnverifiedVoidNotice::parse(confirmation.notice);
  require(parsed.has_value() && notice.has_value(), "what was admitted can be read again");
  auto slice = std::move(*parsed).verify(sender->keys.envelope, now->parties->hub());
  auto believed = std::move(*notice).verify(keys_.envelope.verify_key(), now->parties->hub());
  if (!slice || !believed) {
    // The sender's envelope key changed in the register meanwhile.
    log_warning("void-confirmation-refused", {{"authority", party}});
    return;
  }
  std::vector<bool> void_at(slice->records().size(), false);
  auto expires = Time::max();
  for (std::size_t i = 0; i < void_at.size(); ++i) {
    const auto position = slice->facts().first_position + i;
    void_at[i] = slice->records()[i].is_void ||
                 std::ranges::find(believed->positions, position) != believed->positions.end();
    if (!void_at[i]) expires = std::min(expires, slice->records()[i].header.expires);
  }
  auto reduced = std::make_shared<const Buffer>(
      schemas::with_voids(*slice, void_at, confirmation.notice, confirmation.signature));
  auto released = std::make_shared<std::vector<WaitingSlice>>();
  storage::Job job;
  job.act = [this, party, notice = confirmation.notice, reduced, expires, released,
             count = believed->positions.size(), leaves = believed->leaves,
             recipient = believed->recipient](storage::Connection& store) {
    *released = Mailbox::confirm_void(store, party, notice, *reduced, expires);
    if (released->empty()) return;
    audit::Entry entry;
    entry.act = "admin";
    entry.outcome = "void-confirmed";
    entry.sender = party;
    entry.recipient = recipient;
    entry.count = count;
    entry.envelopes = leaves;
    log_.append(store, entry, {});
  };
  job.done = [this, released](bool committed) {
    if (!committed) return;
    loop_.post([this, released] {
      for (const auto& waiting : *released) delivery_.add(waiting);
      if (released->empty()) return;
      count_waiting(released->front().recipient);
      pump(released->front().recipient);
    });
  };
  store_.submit(std::move(job));
}

// Only for recipients that are away: one that is connected judges expiry itself, in order.
void Broker::void_expired() {
  for (const auto& recipient : delivery_.disconnected_recipients()) {
    if (delivery_.waiting(recipient) == 0) continue;
    lanes_.post(recipient, [this, recipient] { void_expired_for(recipient); });
  }
}

// On a lane.
void Broker::void_expired_for(const std::string& recipient) {
  const auto ids = store_.read([&](storage::Connection& store) {
    return Mailbox::expired(store, recipient, clock_.now(), kExpiredAtOnce);
  });
  for (const auto id : ids) void_expired_in(recipient, id);
}

void Broker::void_expired_in(const std::string& recipient, SliceId id) {
  const auto now = clock_.now();
  auto content =
      store_.read([&](storage::Connection& store) { return Mailbox::content(store, id); });
  if (!content) return;
  auto parsed =
      promised(schemas::UnverifiedSlice::parse(std::make_shared<const Buffer>(std::move(*content))),
               "what was admitted can be read again");
  const auto parties = snapshot()->parties;
  const auto* sender = parties->find(parsed.claimed_sender());
  if (sender == nullptr) return;
  const auto slice = std::move(parsed).verify(sender->keys.envelope, parties->hub());
  if (!slice) return;
  std::vector<std::optional<Outcome>> refused(slice->records().size());
  for (std::size_t i = 0; i < refused.size(); ++i) {
    const auto& record = slice->records()[i];
    if (!record.is_void && record.header.expires <= now) refused[i] = Outcome::Expired;
  }
  auto notice = void_notice(*slice, refused, now);
  if (notice.positions.empty()) return;
  auto signed_notice =
      std::make_shared<const Buffer>(schemas::sign_void_notice(notice, keys_.envelope));
  auto held = std::make_shared<std::vector<SliceId>>();
  storage::Job job;
  job.act = [this, id, signed_notice, held, notice](storage::Connection& store) {
    *held = Mailbox::hold_for_confirmation(store, id, *signed_notice);
    if (held->empty()) return;
    audit::Entry entry;
    entry.act = "refusal";
    entry.outcome = word(Outcome::Expired);
    entry.sender = notice.sender;
    entry.recipient = notice.recipient;
    entry.count = notice.positions.size();
    entry.envelopes = notice.leaves;
    log_.append(store, entry, {});
    Mailbox::count(store, notice.sender, "refused", word(Outcome::Expired),
                   notice.positions.size());
  };
  job.done = [this, recipient, held, signed_notice, party = notice.sender](bool committed) {
    if (!committed || held->empty()) return;
    loop_.post([this, recipient, held, signed_notice, party] {
      for (const auto gone : *held) delivery_.remove(recipient, gone);
      count_waiting(recipient);
      if (const auto* session = session_of(party)) {
        send(*session, MessageKind::VoidRequest, *signed_notice);
      }
    });
  };
  store_.submit(std::move(job));
}

}  // namespace hub::broker
