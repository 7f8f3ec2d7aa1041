#include "audit/reconcile/logbook.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "audit/proof/origin.h"
#include "core/base/encoding.h"

namespace hub::audit {
namespace {

constexpr std::size_t kMostWordBytes = 64U << 20U;
constexpr std::size_t kWordOverhead = 96;
constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();
constexpr Time kLastPossible{std::chrono::milliseconds(253'402'300'799'999)};  // the year 9999

std::optional<Step> step_of(std::string_view party, const Entry& entry) {
  if (party == kBroker) {
    if (entry.act == "relay") return Step::Relayed;
    if (entry.act == "refusal") return Step::Stopped;
    if (entry.act == "receipt") return Step::PassedOn;
    if (entry.act == "admin" && entry.outcome == "void-confirmed") return Step::VoidHeard;
    return std::nullopt;
  }
  if (entry.act == "disclosure") return Step::Sent;
  if (entry.act == "collection") return Step::TakenIn;
  if (entry.act == "receipt") return Step::Settled;
  if (entry.act == "refusal") return entry.sender == party ? Step::Voided : Step::TurnedAway;
  return std::nullopt;
}

bool reopens_stream(const Entry& entry) {
  return entry.act == "admin" && entry.outcome == "stream-reopened";
}

}  // namespace

std::string_view describe(Step step) {
  switch (step) {
    case Step::Sent: return "sent";
    case Step::Relayed: return "relayed";
    case Step::Stopped: return "refused by the broker";
    case Step::TakenIn: return "taken in";
    case Step::TurnedAway: return "refused by the recipient";
    case Step::PassedOn: return "receipt passed on";
    case Step::Settled: return "receipt settled";
    case Step::Voided: return "broker's refusal confirmed";
    case Step::VoidHeard: return "confirmation received";
  }
  return "unknown";
}

std::string_view describe(LogbookError error) {
  switch (error) {
    case LogbookError::NoOrigin:
      return "its origin is not that of a party's audit log, HUB/audit/PARTY";
    case LogbookError::OtherHub: return "it is a log of another hub; reconcile each hub by itself";
    case LogbookError::SameLog:
      return "its log was given already; give one export of each log, the newest";
    case LogbookError::TooMuch:
      return "there is more in these logs than can be held at once; give fewer logs";
  }
  return "unknown";
}

Result<LogNumber, LogbookError> Logbook::add_log(std::string_view origin) {
  const auto parts = parts_of(origin);
  if (!parts) return fail(LogbookError::NoOrigin);
  for (const auto& log : logs_) {
    if (log.hub != parts->hub) return fail(LogbookError::OtherHub);
    if (log.party == parts->party) return fail(LogbookError::SameLog);
  }
  auto& log = logs_.emplace_back();
  log.origin = origin;
  log.hub = parts->hub;
  log.party = parts->party;
  return static_cast<LogNumber>(logs_.size() - 1);
}

Result<void, LogbookError> Logbook::add(LogNumber number, std::uint64_t index, const Leaf& leaf) {
  auto& log = logs_[number];
  if (leaf.index != index || leaf.party != log.party || leaf.time > kLastPossible) {
    add_unreadable(number, index);
    return {};
  }
  log.first = std::min(log.first.value_or(leaf.time), leaf.time);
  log.last = std::max(log.last.value_or(leaf.time), leaf.time);
  const auto& envelopes = leaf.entry.envelopes;
  const auto step = step_of(log.party, leaf.entry);
  const bool reopened = reopens_stream(leaf.entry);
  if (!reopened && (!step || envelopes.empty())) return {};
  const auto facts = facts_of(number, step.value_or(Step::Sent), leaf);
  if (!facts || entries_.size() >= kMost || mentions_.size() > kMost - envelopes.size()) {
    return fail(LogbookError::TooMuch);
  }
  if (reopened) {
    auto& last = log.reopened.try_emplace(facts->terms[kRecipient], *facts).first->second;
    if (last.time <= facts->time) last = *facts;
    return {};
  }
  const auto entry = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back(*facts);
  for (const auto& envelope : envelopes) mentions_.push_back({envelope, entry});
  return {};
}

void Logbook::add_unreadable(LogNumber number, std::uint64_t index) {
  auto& log = logs_[number];
  if (log.unreadable++ == 0) log.first_unreadable = index;
}

std::optional<Seen> Logbook::facts_of(LogNumber log, Step step, const Leaf& leaf) {
  const auto& entry = leaf.entry;
  const std::array<const std::string*, kTerms.size()> terms{
      &entry.record_type, &entry.sender,      &entry.recipient, &entry.agreement,
      &entry.purpose,     &entry.legal_basis, &entry.regime,    &entry.handling};
  Seen out{leaf.time, leaf.index, log, step, 0, {}};
  const auto outcome = word_of(entry.outcome);
  if (!outcome) return std::nullopt;
  out.outcome = *outcome;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const auto word = word_of(*terms[i]);
    if (!word) return std::nullopt;
    out.terms[i] = *word;
  }
  return out;
}

std::optional<Word> Logbook::word_of(const std::string& text) {
  const auto known = known_words_.find(text);
  if (known != known_words_.end()) return known->second;
  word_bytes_ += text.size() + kWordOverhead;
  if (word_bytes_ > kMostWordBytes) return std::nullopt;
  const auto word = static_cast<Word>(words_.size());
  words_.push_back(&known_words_.emplace(text, word).first->first);
  return word;
}

void Logbook::arrange() {
  std::ranges::sort(mentions_, [](const Mention& left, const Mention& right) {
    return std::tie(left.envelope, left.entry) < std::tie(right.envelope, right.entry);
  });
  // An entry that names an envelope twice names it.
  const auto again = std::ranges::unique(mentions_, [](const Mention& left, const Mention& right) {
    return left.entry == right.entry && left.envelope == right.envelope;
  });
  mentions_.erase(again.begin(), again.end());
}

std::vector<const Seen*> Logbook::in_time(std::span<const Mention> mentions) const {
  std::vector<const Seen*> out;
  out.reserve(mentions.size());
  for (const auto& mention : mentions) out.push_back(&entries_[mention.entry]);
  std::ranges::sort(out, [&](const Seen* left, const Seen* right) {
    return std::tie(left->time, log_of(*left).origin, left->index) <
           std::tie(right->time, log_of(*right).origin, right->index);
  });
  return out;
}

void Logbook::each_envelope(const TakeEnvelope& take) const {
  for (std::span<const Mention> rest(mentions_); !rest.empty();) {
    const auto& envelope = rest.front().envelope;
    const auto end = std::ranges::find_if(
        rest, [&](const Mention& mention) { return mention.envelope != envelope; });
    const auto count = static_cast<std::size_t>(end - rest.begin());
    take(envelope, in_time(rest.first(count)));
    rest = rest.subspan(count);
  }
}

std::vector<crypto::Digest> Logbook::beginning_with(std::string_view hex, std::size_t most) const {
  std::vector<crypto::Digest> out;
  for (const auto& mention : mentions_) {
    if (out.size() == most) break;
    if (!out.empty() && out.back() == mention.envelope) continue;
    if (to_hex(mention.envelope).starts_with(hex)) out.push_back(mention.envelope);
  }
  return out;
}

std::vector<const Seen*> Logbook::about(const crypto::Digest& envelope) const {
  const auto found = std::ranges::equal_range(mentions_, envelope, {}, &Mention::envelope);
  return in_time(found);
}

const Logbook::Log* Logbook::find(std::string_view party) const {
  const auto found = std::ranges::find(logs_, party, &Log::party);
  return found == logs_.end() ? nullptr : &*found;
}

}  // namespace hub::audit
