// Mirroring: the broker carries sealed leaves between a log's owner and those who keep them, and
// has its own log mirrored. It keeps nobody's leaves, and can neither open nor forge any.

#include "broker/broker.h"
#include "core/base/log.h"

namespace hub::broker {
namespace {

using schemas::MessageKind;

}  // namespace

audit::MirrorRound::Parts Broker::mirror_parts() {
  return {store_,
          snapshot()->parties->hub(),
          log_.origin(),
          audit::WitnessRound::cosigned_beside(checkpoint_file()),
          keys_.recovery,
          keys_.identity,
          [this](const std::string& holder, Buffer body) {
            const auto* session = session_of(holder);
            if (session == nullptr) return;
            send(*session, MessageKind::MirrorRequest,
                 encode(schemas::MirrorRequest{std::string(schemas::kBrokerParty), holder,
                                               std::move(body)}));
          },
          [this](std::function<void()> work) {
            // Where there is no room now, there is in the next round.
            (void)lanes_.try_post("mirror", std::move(work));
          },
          [this](std::function<void()> work) { loop_.post(std::move(work)); }};
}

void Broker::begin_mirror_round() {
  const auto now = snapshot();
  std::map<std::string, crypto::VerifyKey<crypto::Identity>> holders;
  for (const auto& code : now->parties->mirror_holders(schemas::kBrokerParty)) {
    holders.emplace(code, now->parties->find(code)->keys.identity);
  }
  mirror_round_.begin(holders);
}

void Broker::on_mirror_request(Session& session, Bytes content) {
  const auto request = schemas::parse_mirror_request(content);
  if (!request) return refuse(session, describe(request.error()));
  if (request->log != session.party) return refuse(session, "mirror request for another's log");
  // Who is not there is asked again in the next round.
  const auto* holder = session_of(request->holder);
  if (holder == nullptr) return;
  if (!mirror_traffic_.ask(request->log, request->holder, clock_.steady())) return;
  send(*holder, MessageKind::MirrorRequest, content);
}

void Broker::on_mirror_answer(Session& session, Bytes content) {
  const auto answer = schemas::parse_mirror_answer(content);
  if (!answer) return refuse(session, describe(answer.error()));
  if (answer->holder != session.party) return refuse(session, "answer of another holder");
  if (answer->log != schemas::kBrokerParty) {
    const auto* asker = session_of(answer->log);
    if (asker == nullptr || !mirror_traffic_.answer(answer->log, answer->holder)) return;
    return send(*asker, MessageKind::MirrorAnswer, content);
  }
  const auto reply = audit::parse_reply(answer->body);
  if (!reply) return refuse(session, "a holder's answer that is none");
  const auto alarm = mirror_round_.answered(answer->holder, *reply);
  if (!alarm) return;
  // Told once, and counted: a holder could say it without end.
  if (refused_[std::string(*alarm)]++ > 0) return;
  log_warning("mirror-answer", {{"holder", answer->holder}, {"reason", *alarm}});
}

}  // namespace hub::broker
