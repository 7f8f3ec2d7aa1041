#include "audit/reconcile/exchange.h"

#include <algorithm>

namespace hub::audit {
namespace {

bool is_senders(Step step) {
  return step == Step::Sent || step == Step::Settled || step == Step::Voided;
}

bool is_recipients(Step step) { return step == Step::TakenIn || step == Step::TurnedAway; }

}  // namespace

Exchange::Exchange(const Logbook& book, const crypto::Digest& envelope,
                   std::span<const Seen* const> seen)
    : book_(book), envelope_(envelope), seen_(seen) {
  const auto first_of = [&](Step step) {
    const auto found = std::ranges::find(seen_, step, [](const Seen* each) { return each->step; });
    return found == seen_.end() ? nullptr : *found;
  };
  // Who sent it, by the sender's own log; of several that claim it, the one that the broker names.
  const auto* relayed = first_of(Step::Relayed);
  const auto* base = first_of(Step::Sent);
  for (const auto* each : seen_) {
    const bool named = relayed != nullptr && each->step == Step::Sent &&
                       book_.log_of(*each).party == book_.text(relayed->terms[kSender]);
    if (named) {
      base = each;
      break;
    }
  }
  if (base != nullptr) {
    sender_ = book_.log_of(*base).party;
  } else {
    base = relayed != nullptr ? relayed : seen_.front();
    sender_ = book_.text(base->terms[kSender]);
  }
  recipient_ = book_.text(base->terms[kRecipient]);
  for (const auto* each : seen_) {
    auto& first = first_[static_cast<std::size_t>(each->step)];
    if (first == nullptr && !is_strange(*each)) first = each;
  }
}

const Seen* Exchange::arrived() const {
  return at(Step::TakenIn) != nullptr ? at(Step::TakenIn) : at(Step::TurnedAway);
}

const Seen* Exchange::settled() const {
  return at(Step::Settled) != nullptr ? at(Step::Settled) : at(Step::Voided);
}

bool Exchange::is_strange(const Seen& seen) const {
  const auto& party = book_.log_of(seen).party;
  return (is_senders(seen.step) && party != sender_) ||
         (is_recipients(seen.step) && party != recipient_);
}

}  // namespace hub::audit
