#include "audit/log/witness_round.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "audit/log/log_export.h"
#include "audit/witness/add_checkpoint.h"
#include "core/base/file.h"
#include "core/base/log.h"

namespace hub::audit {

WitnessRound::WitnessRound(Parts parts) : parts_(std::move(parts)) {}

void WitnessRound::start(bool may_sign) {
  signing_ = may_sign;
  parts_.may_sign(may_sign);
}

std::filesystem::path WitnessRound::cosigned_beside(const std::filesystem::path& file) {
  auto out = file;
  out += ".cosigned";
  return out;
}

std::filesystem::path WitnessRound::seen_beside(const std::filesystem::path& file) {
  auto out = file;
  out += ".seen";
  return out;
}

void WitnessRound::begin(std::map<std::string, crypto::CosignatureVerifier> witnesses,
                         std::chrono::milliseconds missed) {
  if (fresher_) keep();
  kept_ = false;
  cosigning_.set_witnesses(std::move(witnesses));
  look_at_the_clock(missed);
  decide_on_signing();
  const auto newest = newest_checkpoint(parts_.checkpoint);
  if (!newest) return;  // Nothing has been signed yet.
  const auto checkpoint = open_checkpoint(newest->note, parts_.key);
  if (!checkpoint) return;
  proofs_.clear();
  for (const auto& each : cosigning_.begin(newest->note, *checkpoint)) ask(each);
}

void WitnessRound::ask(const Cosigning::Ask& ask) {
  const auto size = cosigning_.size();
  AddCheckpoint request{ask.old_size, {}, cosigning_.note()};
  if (ask.old_size > 0 && ask.old_size < size) {
    auto known = proofs_.find(ask.old_size);
    if (known == proofs_.end()) {
      auto proof = parts_.store.read([&](storage::Connection& store) {
        return parts_.log.consistency(store, ask.old_size, size);
      });
      known = proofs_.emplace(ask.old_size, std::move(proof)).first;
    }
    request.proof = known->second;
  }
  parts_.ask(ask.witness, write_add_checkpoint(request));
}

std::optional<std::string_view> WitnessRound::answered(const std::string& witness,
                                                       std::uint16_t status,
                                                       std::string_view body) {
  using Answer = Cosigning::Answer;
  // Nobody was asked yet: it answers what the party asked before it was started. Of no witnesses
  // none would be enough for a quorum.
  if (cosigning_.witnesses() == 0) return std::nullopt;
  const auto outcome = cosigning_.answered(witness, static_cast<WitnessStatus>(status), body);
  decide_on_signing();
  switch (outcome.answer) {
    case Answer::Counted:
      fresher_ = true;
      if (outcome.quorum) quorum_reached();
      return std::nullopt;
    case Answer::AskAgain:
      if (outcome.ask) ask(*outcome.ask);
      return std::nullopt;
    case Answer::Late: return std::nullopt;
    case Answer::Ahead: return "a witness has cosigned more of this log than it holds";
    case Answer::Refused: return "a witness does not believe that this log continues";
    case Answer::NotUnderstood: return "a witness's answer cannot be used";
  }
  return std::nullopt;
}

void WitnessRound::quorum_reached() {
  const auto& cosigned = cosigning_.cosigned();
  if (!cosigned) return;
  last_quorum_ = parts_.clock.steady();
  if (std::exchange(overdue_, false)) log_info("log-witnessed", {{"size", cosigned->size}});
  // Not at each answer: a file takes longer to write than all else that an answer asks for.
  if (!std::exchange(kept_, true) || cosigned->cosignatures == cosigning_.witnesses()) keep();
}

void WitnessRound::keep() {
  const auto& cosigned = cosigning_.cosigned();
  fresher_ = false;
  parts_.aside([file = parts_.checkpoint, note = cosigned ? cosigned->note : std::string(),
                seen = nlohmann::json(cosigning_.seen()).dump()] {
    try {
      if (!note.empty()) replace_file(cosigned_beside(file), as_bytes(note));
      replace_file(seen_beside(file), as_bytes(seen));
    } catch (const std::exception& error) {
      log_error("the cosigned checkpoint was not written; the next round writes it",
                {{"reason", error.what()}});
    }
  });
}

void WitnessRound::decide_on_signing() {
  const auto witnesses = cosigning_.witnesses();
  const bool put_back = cosigning_.ahead() > tolerated_liars(witnesses);
  const bool known = signing_ || cosigning_.agreeing() >= cosigning_.quorum();
  if (put_back != std::exchange(told_ahead_, put_back) && put_back) {
    log_error("log-was-longer", {{"witnesses", cosigning_.ahead()}});
  }
  const bool now = !put_back && known;
  if (now != std::exchange(signing_, now)) parts_.may_sign(now);
}

void WitnessRound::look_at_the_clock(std::chrono::milliseconds missed) {
  const auto now = parts_.clock.steady();
  if (!last_quorum_) last_quorum_ = now;  // Since the start.
  if (overdue_ || cosigning_.quorum() == 0 || now - *last_quorum_ < missed) return;
  overdue_ = true;
  log_warning("log-unwitnessed", {{"witnesses", cosigning_.witnesses()},
                                  {"needed", cosigning_.quorum()},
                                  {"ahead", cosigning_.ahead()}});
}

WitnessRound::Standing WitnessRound::standing() const {
  Standing out;
  out.witnesses = cosigning_.witnesses();
  out.needed = cosigning_.quorum();
  out.tolerated = tolerated_liars(out.witnesses);
  out.ahead = cosigning_.ahead();
  out.heard = out.ahead + cosigning_.agreeing() >= cosigning_.quorum();
  out.put_back = out.ahead > out.tolerated;
  out.longer = out.put_back ? cosigning_.longer(out.tolerated) : 0;
  out.overdue = overdue_;
  out.signing = signing_;
  if (const auto& cosigned = cosigning_.cosigned()) {
    out.size = cosigned->size;
    out.as_of = from_ms(static_cast<std::int64_t>(cosigned->oldest) * 1000);
  }
  return out;
}

nlohmann::json to_json(const WitnessRound::Standing& standing) {
  nlohmann::json out{{"witnesses", standing.witnesses},
                     {"needed", standing.needed},
                     {"liars_tolerated", standing.tolerated},
                     {"ahead", standing.ahead},
                     {"entries", standing.size},
                     {"overdue", standing.overdue},
                     {"signing", standing.signing}};
  if (standing.as_of) out["as_of"] = to_iso(*standing.as_of);
  return out;
}

}  // namespace hub::audit
