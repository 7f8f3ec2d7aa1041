// Evidence out of the log through the local door (audit/evidence/evidence_answer.h).

#include "agent/door_verbs.h"
#include "audit/evidence/evidence_answer.h"

namespace hub::agent {

void pack_evidence(Agent& agent, const DoorUser& user, std::string_view text,
                   transport::LocalDoor::Answer& answer) {
  const auto request = audit::parse_evidence_request(text);
  if (!request) return answer.end(DoorStatus::Usage, request.error());
  if (user.justification.empty()) {
    return answer.end(DoorStatus::Usage, "say why the evidence is packed (--because)");
  }
  auto look = entry_about(user, "consultation", "evidence-packed");
  look.recipient = agent.config().authority;
  const audit::EvidenceSource source{
      agent.store(), agent.log(), agent.checkpoint_file(), agent.log_vkey(),
      agent.snapshot()->parties->witnesses(agent.config().authority)};
  const auto given = audit::answer_evidence(source, *request, std::move(look), detail_about(user),
                                            [&](Bytes lines) { return answer.block(lines); });
  answer.end(given.end, given.why);
}

}  // namespace hub::agent
