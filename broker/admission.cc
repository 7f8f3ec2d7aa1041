#include "broker/admission.h"

#include <algorithm>
#include <map>

#include "schemas/epoch_key.h"
#include "schemas/record_facts.h"

namespace hub::broker {
namespace {

using schemas::Answer;
using schemas::Outcome;
using schemas::WireError;

Answer answer_to(WireError error) {
  switch (error) {
    case WireError::HeaderDisagrees:
    case WireError::BrokenChain: return Answer::HeaderDisagrees;
    case WireError::BadProof:
    case WireError::BadSignature: return Answer::BadSignature;
    case WireError::OtherHub: return Answer::OtherHub;
    case WireError::TooLarge:
    case WireError::Malformed:
    case WireError::Misaligned:
    case WireError::UnknownVersion:
    case WireError::UnknownSuite:
    case WireError::UnknownCode:
    case WireError::BadText: return Answer::Malformed;
  }
  return Answer::Malformed;
}

// Records that share verdict and outcome share an audit entry.
class EntryGroups {
 public:
  void add(const schemas::SliceFacts& slice, const schemas::SealedRecord& record,
           std::optional<Outcome> refused, const policy::RecordVerdict* verdict,
           const Snapshot& snapshot) {
    auto& entry = entries_[{verdict, refused,
                            verdict != nullptr ? std::string_view() : record.header.record_type}];
    if (entry.count == 0) {
      entry = schemas::entry_about<audit::Entry>(record.header, slice.recipient);
      entry.act = refused ? "refusal" : "relay";
      entry.outcome = refused ? word(*refused) : "relayed";
      if (verdict != nullptr) entry.policies = verdict->policies;
      if (verdict != nullptr) entry.reason = verdict->explanation;
      entry.bundle = snapshot.bundle->note().number;
      entry.register_number = snapshot.parties->note().number;
    }
    ++entry.count;
    entry.envelopes.push_back(record.leaf);
  }

  [[nodiscard]] std::vector<audit::Entry> take() {
    std::vector<audit::Entry> out;
    out.reserve(entries_.size());
    for (auto& [key, entry] : entries_) out.push_back(std::move(entry));
    return out;
  }

 private:
  using Key = std::tuple<const policy::RecordVerdict*, std::optional<Outcome>, std::string_view>;
  std::map<Key, audit::Entry> entries_;
};

}  // namespace

bool Admitted::has_refusals() const {
  return std::ranges::any_of(refused, [](const auto& outcome) { return outcome.has_value(); });
}

Result<Admitted, NotAdmitted> Admission::admit(const Snapshot& snapshot,
                                               std::string_view session_party,
                                               schemas::SharedBytes bytes, Time now) {
  auto parsed = schemas::UnverifiedSlice::parse(bytes);
  if (!parsed) return fail(NotAdmitted{answer_to(parsed.error()), {}, std::move(bytes)});
  const auto claims = parsed->claims();
  const auto* sender = snapshot.parties->find(claims.sender);
  if (claims.sender != session_party || sender == nullptr || sender->suspended) {
    return fail(NotAdmitted{Answer::WrongSender, claims, std::move(bytes)});
  }
  auto slice = std::move(*parsed).verify(sender->keys.envelope, snapshot.parties->hub());
  if (!slice) return fail(NotAdmitted{answer_to(slice.error()), claims, std::move(bytes)});
  // Voids are the broker's to make, never a sender's.
  if (slice->has_voids()) {
    return fail(NotAdmitted{Answer::Malformed, claims, std::move(bytes)});
  }
  Admitted out{std::move(*slice), {}, {}, Time::max()};
  EntryGroups groups;
  std::vector<std::shared_ptr<const policy::RecordVerdict>> verdicts;  // keeps them alive
  for (const auto& record : out.slice.records()) {
    auto& verdict = verdicts.emplace_back();
    const auto refused = refusal_of(snapshot, out.slice.facts(), record, now, verdict);
    groups.add(out.slice.facts(), record, refused, verdict.get(), snapshot);
    out.refused.push_back(refused);
    if (!refused) out.expires = std::min(out.expires, record.header.expires);
  }
  out.entries = groups.take();
  return out;
}

std::optional<Outcome> Admission::refusal_of(
    const Snapshot& snapshot, const schemas::SliceFacts& slice, const schemas::SealedRecord& record,
    Time now, std::shared_ptr<const policy::RecordVerdict>& verdict) {
  const auto* recipient = snapshot.parties->find(slice.recipient);
  if (recipient == nullptr || recipient->suspended) return Outcome::UnknownRecipient;
  const auto* type = snapshot.catalogue->find(record.header.record_type);
  if (type == nullptr) return Outcome::UnknownType;
  if (!schemas::times_are_possible(record.header, type->delivery_class(), now)) {
    return Outcome::HeaderDisagrees;
  }
  if (record.header.expires <= now) return Outcome::Expired;
  verdict =
      relay_.decide(*snapshot.rulebook,
                    schemas::facts_of<policy::RecordFacts>(record.header, slice.recipient), now);
  if (!verdict->allowed) return Outcome::RefusedByPolicy;
  return std::nullopt;
}

schemas::VoidNotice void_notice(const schemas::Slice& slice,
                                const std::vector<std::optional<Outcome>>& refused, Time now) {
  const auto& facts = slice.facts();
  schemas::VoidNotice out{std::string(facts.hub),
                          std::string(facts.sender),
                          std::string(facts.recipient),
                          facts.stream,
                          {},
                          {},
                          {},
                          now};
  for (std::size_t i = 0; i < refused.size(); ++i) {
    const auto& outcome = refused[i];
    if (!outcome) continue;
    out.positions.push_back(facts.first_position + i);
    out.leaves.push_back(slice.records()[i].leaf);
    out.outcomes.push_back(*outcome);
  }
  return out;
}

}  // namespace hub::broker
