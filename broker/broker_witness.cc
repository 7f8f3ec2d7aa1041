// Witnessing: the broker carries what parties ask witnesses and what these answer, and has its own
// log cosigned. It witnesses nobody, and can forge neither a request nor an answer.

#include "broker/broker.h"
#include "core/base/log.h"

namespace hub::broker {
namespace {

using schemas::MessageKind;

constexpr int kRoundsMissed = 3;

}  // namespace

audit::WitnessRound::Parts Broker::round_parts() {
  return {store_,
          log_,
          crypto::NoteVerifier(log_.origin(), keys_.log.verify_key().bytes),
          checkpoint_file(),
          clock_,
          [this](const std::string& witness, std::string body) {
            const auto* session = session_of(witness);
            if (session == nullptr) return;
            send(*session, MessageKind::WitnessRequest,
                 encode(schemas::WitnessRequest{std::string(schemas::kBrokerParty), witness,
                                                std::move(body)}));
          },
          [this](std::function<void()> work) { lanes_.post("witness", std::move(work)); },
          [this](bool may) { checkpointer_->may_sign(may); }};
}

std::map<std::string, crypto::CosignatureVerifier> Broker::witnesses() const {
  return snapshot()->parties->witnesses(schemas::kBrokerParty);
}

void Broker::begin_witness_round() {
  begin_mirror_round();  // of what the round before has had cosigned
  witness_round_.begin(witnesses(), config_.witness_every * kRoundsMissed);
}

void Broker::on_witness_request(Session& session, Bytes content) {
  const auto request = schemas::parse_witness_request(content);
  if (!request) return refuse(session, describe(request.error()));
  if (request->log != session.party) return refuse(session, "witness request for another's log");
  // Who is not there is asked again in the next round.
  const auto* witness = session_of(request->witness);
  if (witness == nullptr) return;
  if (!witness_traffic_.ask(request->log, request->witness, clock_.steady())) return;
  send(*witness, MessageKind::WitnessRequest, content);
}

void Broker::on_witness_answer(Session& session, Bytes content) {
  const auto answer = schemas::parse_witness_answer(content);
  if (!answer) return refuse(session, describe(answer.error()));
  if (answer->witness != session.party) return refuse(session, "answer of another witness");
  if (answer->log != schemas::kBrokerParty) {
    const auto* asker = session_of(answer->log);
    if (asker == nullptr || !witness_traffic_.answer(answer->log, answer->witness)) return;
    return send(*asker, MessageKind::WitnessAnswer, content);
  }
  const auto alarm = witness_round_.answered(answer->witness, answer->status, answer->body);
  if (!alarm) return;
  // Told once, and counted: a witness could say it without end.
  if (refused_[std::string(*alarm)]++ > 0) return;
  log_warning("witness-answer", {{"witness", answer->witness}, {"reason", *alarm}});
}

}  // namespace hub::broker
