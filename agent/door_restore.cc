// log.restore through the local door: an operator brings the secret half of the recovery key, which
// stays in memory for this request alone.

#include <nlohmann/json.hpp>

#include "agent/door_verbs.h"

namespace hub::agent {
namespace {

// The upload is the key's 32 bytes.
std::optional<crypto::RecoverySecret> uploaded_secret(transport::LocalDoor::Answer& answer) {
  std::optional<crypto::RecoverySecret> out;
  bool first = true;
  while (auto block = answer.next_input()) {
    if (std::exchange(first, false)) {
      out = crypto::RecoverySecret::from(*block);
    } else {
      out.reset();
    }
    crypto::wipe(*block);
  }
  return answer.cancelled() ? std::nullopt : std::move(out);
}

}  // namespace

void restore_own_log(Agent& agent, const DoorUser& user, std::string_view /*text*/,
                     transport::LocalDoor::Answer& answer) {
  const auto secret = uploaded_secret(answer);
  if (!secret) return answer.end(DoorStatus::Usage, "send the recovery key's 32 bytes");
  const auto restored =
      agent.restore_log(*secret, entry_about(user, "admin", ""), detail_about(user));
  if (!restored) return answer.end(DoorStatus::Refused, restored.error());
  answer.end(DoorStatus::Ok, nlohmann::json{{"first", restored->first},
                                            {"restored", restored->restored},
                                            {"own", restored->own},
                                            {"erasures", restored->erasures}}
                                 .dump());
}

}  // namespace hub::agent
