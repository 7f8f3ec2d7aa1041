// The tlog-witness API for logs outside the hub, as the local door has it: what an HTTP server in
// front of it passes on, or an operator hands in from a file.

#include <nlohmann/json.hpp>

#include "agent/door_verbs.h"
#include "core/base/json.h"

namespace hub::agent {

// {"body": the request's body} gives {"status": as HTTP has it, "body": the answer's}.
void add_outside_checkpoint(Agent& agent, const DoorUser& /*user*/, std::string_view text,
                            transport::LocalDoor::Answer& answer) {
  const auto request = parse_json(text, {.max_bytes = 1U << 20U, .max_depth = 2});
  const auto body =
      request && request->is_object() ? request->value("body", nlohmann::json()) : nlohmann::json();
  if (!body.is_string()) {
    return answer.end(DoorStatus::Usage, "give the request's body as a text: body");
  }
  const auto cosigned = agent.cosign_outside(body.get_ref<const std::string&>());
  if (!cosigned) {
    return answer.end(DoorStatus::Failed, "it could not be kept, so nothing is cosigned");
  }
  answer.end(DoorStatus::Ok,
             nlohmann::json{{"status", cosigned->status}, {"body", cosigned->body}}.dump());
}

}  // namespace hub::agent
