#include "audit/reconcile/judge.h"

#include <algorithm>
#include <set>

namespace hub::audit {
namespace {

// The longest value of a log that a finding repeats.
constexpr std::size_t kMostQuoted = 80;

std::string quoted(const std::string& text) {
  if (text.empty()) return "nothing";
  if (text.size() <= kMostQuoted) return '"' + text + '"';
  return '"' + text.substr(0, kMostQuoted) + "...\"";
}

// "record_type" as "record type".
std::string in_words(std::string_view name) {
  std::string out(name);
  std::ranges::replace(out, '_', ' ');
  return out;
}

std::string in_hours(std::chrono::milliseconds time) {
  const std::chrono::hh_mm_ss parts(std::chrono::floor<std::chrono::seconds>(time));
  return std::to_string(parts.hours().count()) + " h " + std::to_string(parts.minutes().count()) +
         " min " + std::to_string(parts.seconds().count()) + " s";
}

bool is_held(std::string_view outcome) { return outcome == "held" || outcome == "already-held"; }

}  // namespace

Gap Judge::judge() {
  const bool goes_on =
      look_for_sending() && look_for_relay() && look_for_arrival() && look_for_receipt();
  if (goes_on) look_for_settlement();
  compare_times();
  compare_terms();
  compare_outcomes();
  return gap_;
}

bool Judge::must_know(std::string_view party, const Seen& since) {
  const auto* log = book_.find(party);
  if (log == nullptr) {
    gap_.not_given = true;
  } else if (!log->first || !log->last || *log->last < since.time ||
             *log->last - since.time < late_) {
    gap_.too_new = true;
  } else if (*log->first > since.time) {
    gap_.too_old = true;
  } else {
    return true;
  }
  return false;
}

bool Judge::look_for_sending() {
  if (exchange_.at(Step::Sent) != nullptr) return true;
  const auto& first = *exchange_.seen().front();
  if (!must_know(exchange_.sender(), first)) return true;
  std::string who;
  if (const auto* taken = exchange_.arrived()) who = exchange_.recipient() + place(*taken);
  if (const auto* relayed = exchange_.at(Step::Relayed)) {
    who += (who.empty() ? "" : " and ") + std::string("the broker") + place(*relayed);
  }
  if (who.empty()) who = book_.log_of(first).party + place(first);
  find(FindingKind::NeverSent, first, "",
       "the log of " + exchange_.sender() +
           " does not say that it was sent, but it stands in that of " + who +
           ". Either its sender left it out or it was made up: the envelope itself shows which, "
           "if it carries its sender's signature.");
  return false;
}

bool Judge::look_for_relay() {
  const auto* sent = exchange_.at(Step::Sent);
  if (sent == nullptr || exchange_.at(Step::Relayed) != nullptr ||
      exchange_.at(Step::Stopped) != nullptr || !must_know(kBroker, *sent)) {
    return true;
  }
  if (const auto* passed_on = exchange_.at(Step::PassedOn)) {
    find(FindingKind::NeverRelayed, *sent, kBroker,
         "the broker's log holds a receipt for it" + place(*passed_on) +
             " and no relay of it: it went through the broker, whose log should say so.");
  } else if (const auto* arrived = exchange_.arrived()) {
    find(FindingKind::NeverRelayed, *sent, kBroker,
         exchange_.recipient() + " had it" + place(*arrived) +
             ", and the broker's log holds no relay of it: it went through the broker, whose log "
             "should say so.");
  } else if (const auto* settled = exchange_.at(Step::Settled)) {
    find(FindingKind::NeverRelayed, *sent, "",
         "its sender's log holds a receipt for it" + place(*settled) +
             ", the broker's log no relay of it. If the receipt carries its recipient's signature, "
             "it went through the broker.");
  } else {
    find(FindingKind::NeverRelayed, *sent, "",
         "the broker's log holds no relay of it: the broker lost it or dropped it, or it had not "
         "arrived when the broker's log was exported. No log says whether the broker accepted it; "
         "its sender's status says what waits to be submitted." +
             reopened_since(*sent));
  }
  return false;
}

bool Judge::look_for_arrival() {
  if (exchange_.arrived() != nullptr) return true;
  if (exchange_.at(Step::Stopped) != nullptr) {
    look_for_confirmation();
    return false;
  }
  const auto* relayed = exchange_.at(Step::Relayed);
  const auto* since = relayed != nullptr ? relayed : exchange_.at(Step::Sent);
  if (since == nullptr || !must_know(exchange_.recipient(), *since)) return true;
  const auto* passed_on = exchange_.at(Step::PassedOn);
  const auto* settled = exchange_.at(Step::Settled);
  const auto missing = "the log of " + exchange_.recipient() + " does not name it";
  if (passed_on != nullptr && settled != nullptr) {
    find(FindingKind::NeverTakenIn, *since, exchange_.recipient(),
         missing + ", but the broker has passed on its receipt" + place(*passed_on) +
             " and the sender has it" + place(*settled) +
             ". The receipt carries its recipient's signature.");
  } else if (passed_on != nullptr || settled != nullptr) {
    const auto& told = passed_on != nullptr ? *passed_on : *settled;
    find(FindingKind::NeverTakenIn, *since, "",
         missing + ", but that of " + book_.log_of(told).party + " speaks of its receipt" +
             place(told) + ". The receipt settles it, if it carries its recipient's signature.");
  } else if (relayed != nullptr) {
    find(FindingKind::NeverTakenIn, *since, "",
         missing +
             ". The broker relayed it: it kept it back, or its recipient was not connected, "
             "or did not record it.");
  } else {
    find(FindingKind::NeverTakenIn, *since, "",
         missing + ", and no log of the broker covers that time." + reopened_since(*since));
  }
  return false;
}

bool Judge::look_for_receipt() {
  const auto* arrived = exchange_.arrived();
  if (arrived == nullptr || exchange_.at(Step::PassedOn) != nullptr ||
      !must_know(kBroker, *arrived)) {
    return true;
  }
  if (const auto* settled = exchange_.at(Step::Settled)) {
    find(FindingKind::NeverPassedOn, *arrived, kBroker,
         "its sender has a receipt for it" + place(*settled) +
             ", and the broker's log holds none: it went through the broker, whose log should "
             "say so.");
  } else {
    find(FindingKind::NeverPassedOn, *arrived, "",
         "its recipient has answered, and the broker's log holds no receipt: its recipient gave "
         "none, or the broker lost it or dropped it.");
  }
  return false;
}

void Judge::look_for_settlement() {
  if (exchange_.at(Step::Sent) == nullptr || exchange_.settled() != nullptr) return;
  const auto* passed_on = exchange_.at(Step::PassedOn);
  const auto* since = passed_on != nullptr ? passed_on : exchange_.arrived();
  if (since == nullptr || !must_know(exchange_.sender(), *since)) return;
  find(FindingKind::NeverSettled, *since, "",
       passed_on != nullptr
           ? "the broker has its receipt, and its sender's log holds none: the broker did not hand "
             "it over, or its sender was not connected or did not record it."
           : "its recipient has answered, and its sender's log holds no receipt; no log of the "
             "broker covers that time.");
}

void Judge::look_for_confirmation() {
  const auto& stopped = *exchange_.at(Step::Stopped);
  if (exchange_.at(Step::Sent) == nullptr || exchange_.settled() != nullptr ||
      !must_know(exchange_.sender(), stopped)) {
    return;
  }
  const auto* heard = exchange_.at(Step::VoidHeard);
  find(FindingKind::NeverConfirmed, stopped, "",
       "the broker refused it (" + book_.text(stopped.outcome) +
           "), and its sender's log does not say so: " +
           (heard != nullptr ? "the broker says that it has its sender's signed confirmation" +
                                   place(*heard) + "; ask for it."
                             : "the broker did not tell its sender, or that was not connected or "
                               "did not record it."));
}

void Judge::compare_times() {
  const auto* sent = exchange_.at(Step::Sent);
  const auto* arrived = exchange_.arrived();
  if (sent == nullptr || arrived == nullptr || exchange_.at(Step::Stopped) != nullptr ||
      arrived->time <= sent->time || arrived->time - sent->time <= late_) {
    return;
  }
  const auto* relayed = exchange_.at(Step::Relayed);
  find(FindingKind::Late, *arrived, "",
       in_hours(arrived->time - sent->time) + " from its sender" + place(*sent) +
           " to its recipient, by the clocks of both" +
           (relayed != nullptr ? "; with the broker" + place(*relayed) + "." : "."));
}

void Judge::compare_terms() {
  const auto* base = exchange_.at(Step::Sent);
  if (base == nullptr) base = exchange_.at(Step::Relayed);
  std::vector<LogNumber> told;  // one finding for each log is enough
  for (const auto* other : exchange_.seen()) {
    if (other == base || std::ranges::find(told, other->log) != told.end()) continue;
    if (exchange_.is_strange(*other)) {
      told.push_back(other->log);
      find(FindingKind::Mismatched, *other, "",
           "this log says: " + std::string(describe(other->step)) + ", but the envelope is from " +
               exchange_.sender() + " to " + exchange_.recipient() +
               (base != nullptr ? place(*base) : "") + ".");
    } else if (base != nullptr) {
      const auto differs = disagreement(*base, *other);
      if (differs.empty()) continue;
      told.push_back(other->log);
      find(FindingKind::Mismatched, *other, "",
           differs + ". The envelope's header, signed by its sender, shows which is right.");
    }
  }
}

std::string Judge::disagreement(const Seen& base, const Seen& other) const {
  const bool has_terms = other.step == Step::Sent || other.step == Step::Relayed ||
                         other.step == Step::TakenIn ||
                         !book_.text(other.terms[kRecordType]).empty();
  std::string out;
  for (std::size_t i = 0; i < kTerms.size(); ++i) {
    if (!has_terms && i != kSender && i != kRecipient) continue;
    if (base.terms[i] == other.terms[i]) continue;
    out += out.empty() ? "" : "; ";
    out += in_words(kTerms[i]) + ": " + quoted(book_.text(base.terms[i])) + " in the log of " +
           book_.log_of(base).party + ", " + quoted(book_.text(other.terms[i])) + " in that of " +
           book_.log_of(other).party;
  }
  return out.empty() ? out : out + place(base);
}

bool Judge::says_held(Step step) const {
  return std::ranges::any_of(exchange_.seen(), [&](const Seen* each) {
    return each->step == step && !exchange_.is_strange(*each) && is_held(book_.text(each->outcome));
  });
}

const Seen* Judge::unmatched(Step step, std::initializer_list<Step> by) const {
  std::set<Word> outcomes;
  for (const auto* each : exchange_.seen()) {
    const bool counts = std::ranges::find(by, each->step) != by.end();
    if (counts && !exchange_.is_strange(*each)) outcomes.insert(each->outcome);
  }
  for (const auto* each : exchange_.seen()) {
    if (each->step != step || exchange_.is_strange(*each)) continue;
    if (!outcomes.contains(each->outcome)) return each;
  }
  return nullptr;
}

void Judge::compare_outcomes() {
  const auto* taken = exchange_.at(Step::TakenIn);
  const auto* arrived = exchange_.arrived();
  const auto* stopped = exchange_.at(Step::Stopped);
  const auto* settled = exchange_.settled();
  if (taken != nullptr && stopped != nullptr && exchange_.at(Step::Relayed) == nullptr) {
    find(FindingKind::Mismatched, *taken, "",
         "outcome: " + quoted(book_.text(stopped->outcome)) + " in the broker's log" +
             place(*stopped) + ", which relayed it at no time, and " +
             quoted(book_.text(taken->outcome)) + " in its recipient's.");
  }
  const auto* receipt = unmatched(Step::Settled, {Step::TakenIn, Step::TurnedAway});
  if (arrived != nullptr && receipt != nullptr && must_know(exchange_.recipient(), *receipt)) {
    find(FindingKind::Mismatched, *receipt, "",
         "outcome: " + quoted(book_.text(receipt->outcome)) + " in its sender's log, " +
             quoted(book_.text(arrived->outcome)) + " in its recipient's" + place(*arrived) +
             ". The receipt, signed by its recipient, shows which is right.");
  } else if (taken != nullptr && settled != nullptr && receipt == nullptr &&
             !says_held(Step::Settled) && must_know(exchange_.sender(), *taken)) {
    find(FindingKind::Mismatched, *settled, "",
         "outcome: " + quoted(book_.text(settled->outcome)) + " in its sender's log, " +
             quoted(book_.text(taken->outcome)) + " in its recipient's" + place(*taken) +
             ". A receipt, signed by its recipient, shows which is right.");
  }
  const auto* voided = unmatched(Step::Voided, {Step::Stopped});
  if (voided != nullptr && must_know(kBroker, *voided)) {
    find(FindingKind::Mismatched, *voided, "",
         "its sender's log says that the broker will not deliver it (" +
             book_.text(voided->outcome) +
             "), the broker's log does not. The broker's signed notice shows which is right.");
  }
}

std::string Judge::place(const Seen& seen) const {
  const auto& log = book_.log_of(seen);
  return " (entry " + std::to_string(seen.index) + " of " + log.party + ", " + to_iso(seen.time) +
         ")";
}

std::string Judge::reopened_since(const Seen& sent) const {
  const auto& reopened = book_.log_of(sent).reopened;
  const auto found = reopened.find(sent.terms[kRecipient]);
  if (found == reopened.end() || found->second.time < sent.time) return {};
  return " Its sender gave up a stream to that recipient later" + place(found->second) +
         " and sealed again what had no receipt: this may be one of those.";
}

void Judge::find(FindingKind kind, const Seen& shown, std::string_view answers, std::string text) {
  take_({kind, exchange_.envelope(), book_.log_of(shown).origin, shown.index, shown.time,
         std::string(answers), std::move(text)});
}

}  // namespace hub::audit
