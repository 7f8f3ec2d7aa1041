// Mail: sealed slices to the broker, delivered slices into the store, receipts and voids.

#include "agent/agent.h"
#include "core/base/log.h"
#include "schemas/receipts.h"

namespace hub::agent {
namespace {

using namespace std::chrono_literals;
using schemas::Answer;
using schemas::MessageKind;

constexpr std::size_t kSealAtOnce = 256;
constexpr auto kTryLater = 1s;
// After an answer that only a change of register or keys can better.
constexpr auto kTryMuchLater = 60s;

}  // namespace

// ---- out ----

// From any thread.
void Agent::sealed(std::vector<SliceRef> slices) {
  loop_.post([this, slices = std::move(slices)]() mutable {
    for (auto& slice : slices) submissions_.add(std::move(slice));
    pump();
  });
}

// What the store holds that this incarnation of the broker has not accepted.
void Agent::submit_ready() {
  const auto incarnation = incarnation_.value_or(Time{});
  lanes_.post("submit", [this, incarnation] {
    auto slices = store_.read(
        [&](storage::Connection& store) { return Outbox::unsubmitted(store, incarnation); });
    loop_.post([this, slices = std::move(slices)]() mutable {
      submissions_.ready(std::move(slices));
      pump();
    });
  });
}

void Agent::pump() {
  for (auto& slice : submissions_.take()) {
    if (slice.bytes) {
      outgoing_.push(slice.id, std::move(slice.bytes));
      continue;
    }
    outgoing_.push(slice.id, std::nullopt);
    lanes_.post("submit", [this, id = slice.id] {
      auto bytes =
          store_.read([&](storage::Connection& store) { return Outbox::content(store, id); });
      loop_.post([this, id, bytes = std::move(bytes)] {
        outgoing_.fill(id, std::make_shared<const Buffer>(bytes.value_or(Buffer{})));
        flush();
      });
    });
  }
  flush();
}

void Agent::flush() {
  while (const auto next = outgoing_.pop_ready()) {
    if (!next->second->empty()) send(MessageKind::Submit, *next->second);
  }
}

void Agent::on_submitted(Bytes content) {
  const auto submitted = schemas::parse_submitted(content);
  if (!submitted) return end_session(describe(submitted.error()));
  auto slice = submissions_.answered(submitted->stream, submitted->first_position);
  if (!slice) return pump();
  const auto again = [&](std::chrono::milliseconds delay) {
    loop_.after(delay, [this, slice = *slice] {
      submissions_.add(slice);
      pump();
    });
  };
  switch (submitted->answer) {
    case Answer::Accepted:
    case Answer::AcceptedWithVoids: {
      storage::Job job;
      job.act = [id = slice->id, incarnation = incarnation_.value_or(Time{})](
                    storage::Connection& store) { Outbox::accepted(store, id, incarnation); };
      job.done = [](bool) {};  // Not kept: it is submitted again, and accepted again.
      job.may_wait = true;
      if (!store_.try_submit(job)) log_debug("acceptance-not-kept");
      break;
    }
    case Answer::TryLater: again(kTryLater); break;
    case Answer::PositionReused:
      // This store is older than what the broker has seen of it: it was restored.
      log_error("stream-was-ahead", {{"slice", slice->id}});
      reopen_stream(slice->stream);
      break;
    case Answer::Malformed:
    case Answer::WrongSender:
    case Answer::BadSignature:
    case Answer::PositionGap:
    case Answer::OtherHub:
    case Answer::HeaderDisagrees:
      ++alarms_["slice not admitted: " + std::string(word(submitted->answer))];
      log_error("slice-not-admitted", {{"answer", word(submitted->answer)}, {"slice", slice->id}});
      again(kTryMuchLater);
      break;
  }
  pump();
}

// A recipient misses something that the broker does not have (any more).
void Agent::on_gap(Bytes content) {
  const auto gap = schemas::parse_gap(content);
  if (!gap) return end_session(describe(gap.error()));
  if (gap->sender != config_.authority) return;
  lanes_.post("submit", [this, gap = *gap] {
    auto slices = store_.read([&](storage::Connection& store) {
      return Outbox::unsettled_from(store, gap.stream, gap.expected_position);
    });
    loop_.post([this, gap, slices = std::move(slices)]() mutable {
      if (slices.empty() || slices.front().first_position > gap.expected_position) {
        // What is missing was receipted once: the recipient has lost its store.
        ++alarms_["a recipient has lost records that it had receipted"];
        log_error("stream-gap-cannot-be-filled", {{"expected", gap.expected_position}});
        return reopen_stream(gap.stream);
      }
      for (auto& slice : slices) submissions_.add(std::move(slice));
      pump();
    });
  });
}

// What is unsettled in the stream goes into a new one; the broker drops what it has of the old.
void Agent::reopen_stream(const Uuid& stream) {
  auto count = std::make_shared<std::size_t>(0);
  storage::Job job;
  job.act = [this, stream, count](storage::Connection& store) {
    *count = outbox_.reopen_stream(store, stream);
  };
  job.done = [this, stream, count](bool committed) {
    if (!committed) return;  // The gap is reported again.
    loop_.post([this, stream, count] {
      log_warning("stream-reopened", {{"records", *count}});
      submissions_.forget(stream);
      send(MessageKind::Abandon, encode(schemas::Abandon{stream}));
      seal_waiting();
    });
  };
  store_.submit(std::move(job));
}

// Seals what waited for a key, batch after batch.
void Agent::seal_waiting() {
  if (sealing_waiting_.exchange(true)) return;
  auto slices = std::make_shared<std::vector<SliceRef>>();
  storage::Job job;
  job.act = [this, slices](storage::Connection& store) {
    const auto now = snapshot();
    *slices = outbox_.seal_waiting(
        store, in_force(),
        [&](const Terms& terms) { return writer_clearing_.still_allowed(*now, terms); },
        clock_.now(), kSealAtOnce);
  };
  job.done = [this, slices](bool committed) {
    sealing_waiting_ = false;
    if (!committed || slices->empty()) return;
    sealed(std::move(*slices));
    loop_.post([this] { seal_waiting(); });
  };
  if (!store_.try_submit(job)) sealing_waiting_ = false;
}

// ---- in ----

void Agent::on_deliver(const schemas::SharedBytes& bytes) {
  if (!lanes_.try_post("deliver", [this, bytes] { take_slice(bytes); })) {
    end_session("more slices than our window");
  }
}

// On a lane.
void Agent::take_slice(const schemas::SharedBytes& bytes) {
  auto& opener = *openers_[lanes_.lane_of("deliver")];
  auto opened = opener.open(snapshot(), bytes, clock_.now());
  if (!opened) {
    const auto reason = describe(opened.error());
    storage::Job job;
    job.act = [this, reason](storage::Connection& store) { inbox_.record_refusal(store, reason); };
    job.done = [this, reason](bool) {
      loop_.post([this, reason] { end_session("delivery refused: " + std::string(reason)); });
    };
    store_.submit(std::move(job));
    return;
  }
  auto slice = std::make_shared<OpenedSlice>(std::move(*opened));
  auto taken = std::make_shared<Inbox::Taken>();
  storage::Job job;
  job.act = [this, slice, taken](storage::Connection& store) mutable {
    if (slice->snapshot != snapshot()) {
      // Register or bundle changed since the lane decided: decide again under what is in force.
      auto again = writer_opener_.open(snapshot(), slice->slice.bytes(), clock_.now());
      if (again) *slice = std::move(*again);
    }
    *taken = inbox_.take(store, *slice, clock_.now());
  };
  job.done = [this, slice, taken](bool committed) {
    loop_.post([this, slice, taken, committed] {
      // Not stored, so not acknowledged: a new session brings the slice again.
      if (!committed) return end_session("the store cannot write");
      const auto& facts = slice->slice.facts();
      if (taken->expected) {
        ++alarms_["a record is missing in a stream"];
        send(MessageKind::Gap,
             encode(schemas::Gap{std::string(facts.sender), facts.stream, *taken->expected}));
        return;
      }
      send(MessageKind::Settle, taken->receipts);
    });
  };
  store_.submit(std::move(job));
}

// ---- receipts and voids ----

void Agent::on_receipt(Bytes content) {
  auto delivery = schemas::parse_receipt_delivery(content);
  if (!delivery) return end_session(describe(delivery.error()));
  lanes_.post("receipts", [this, delivery = std::move(*delivery)] {
    take_receipts(delivery.number, delivery.receipts);
  });
}

// On a lane.
void Agent::take_receipts(std::uint64_t number, const Buffer& bytes) {
  const auto now = snapshot();
  auto parsed = schemas::UnverifiedReceipts::parse(bytes);
  const auto* recipient = parsed ? now->parties->find(parsed->claimed_recipient()) : nullptr;
  std::shared_ptr<const schemas::Receipts> receipts;
  if (recipient != nullptr) {
    auto verified = std::move(*parsed).verify(recipient->keys.envelope, now->parties->hub());
    if (verified) receipts = std::make_shared<const schemas::Receipts>(std::move(*verified));
  }
  auto slice = std::make_shared<std::int64_t>(0);
  storage::Job job;
  job.act = [this, receipts, slice](storage::Connection& store) {
    if (receipts) {
      *slice = outbox_.settle(store, *receipts).value_or(0);
    } else {
      outbox_.record_forged_receipt(store);
    }
  };
  job.done = [this, number, slice](bool committed) {
    if (!committed) return;  // The broker sends it again at the next session.
    loop_.post([this, number, slice] {
      if (*slice == 0) ++alarms_["receipt refused"];
      send(MessageKind::ReceiptsTaken, schemas::encode_receipts_taken(std::span(&number, 1)));
      if (*slice != 0) settled(*slice);
      seal_waiting();
    });
  };
  store_.submit(std::move(job));
}

void Agent::on_void_request(const schemas::SharedBytes& bytes) {
  lanes_.post("receipts", [this, bytes] { take_void(bytes); });
}

// On a lane.
void Agent::take_void(const schemas::SharedBytes& bytes) {
  const auto now = snapshot();
  auto parsed = schemas::UnverifiedVoidNotice::parse(*bytes);
  if (!parsed) return loop_.post([this] { end_session("void notice malformed"); });
  auto notice = std::move(*parsed).verify(now->parties->broker().envelope, now->parties->hub());
  if (!notice) return loop_.post([this] { end_session("void notice not signed by the broker"); });
  auto confirmation = std::make_shared<std::optional<crypto::Signature>>();
  storage::Job job;
  job.act = [this, bytes, notice = *notice, confirmation](storage::Connection& store) {
    *confirmation = outbox_.take_void(store, notice, *bytes);
  };
  job.done = [this, bytes, confirmation](bool committed) {
    if (!committed) return;
    loop_.post([this, bytes, confirmation] {
      if (!*confirmation) return end_session("void notice is not about a slice of ours");
      send(MessageKind::VoidConfirm, encode(schemas::VoidConfirmation{*bytes, **confirmation}));
    });
  };
  store_.submit(std::move(job));
}

}  // namespace hub::agent
