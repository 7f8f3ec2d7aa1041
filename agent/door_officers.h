// What the verbs of privacy officers have in common: requests that name records or a subject and
// say why, and answers that list records without their content.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "agent/door.h"
#include "agent/held_versions.h"

namespace hub::agent {

// Records named one by one, or a subject by an identifier.
struct WhatIsMeant {
  std::set<Uuid> records;
  std::string identifier;  // its class; empty: no subject
  std::string value;
};

// An officer's request, once it makes sense; else it was answered, and there is nothing.
struct OfficersRequest {
  std::string reference;  // where one is asked for
  std::string ground;
  std::optional<Uuid> id;
  WhatIsMeant meant;
};
enum class Asks : std::uint8_t { About, ById };
[[nodiscard]] std::optional<OfficersRequest> officers_request(std::string_view text, Asks asks,
                                                              const DoorUser& user,
                                                              transport::LocalDoor::Answer& answer);

// The numbers of held records found under the subject's identifier.
[[nodiscard]] std::vector<std::int64_t> found_under(storage::Connection& store, Agent& agent,
                                                    const WhatIsMeant& meant);

// The records that this authority sent with the subject's identifier.
[[nodiscard]] std::vector<SentFacts> sent_under(storage::Connection& store, Agent& agent,
                                                const WhatIsMeant& meant);

// What is held or was sent of these, for list_facts().
[[nodiscard]] std::vector<HeldFacts> facts_of(storage::Connection& store, Agent& agent,
                                              const RecordSet& records);

// A line for each record; false when the caller went away.
[[nodiscard]] bool list_facts(const std::vector<HeldFacts>& records,
                              transport::LocalDoor::Answer& answer);

// entry_about() with what every entry of this agent says.
[[nodiscard]] audit::Entry officers_entry(const Agent& agent, const DoorUser& user, std::string act,
                                          std::string outcome);
// detail_about() with the number of the proposal or hold and its reference.
[[nodiscard]] audit::Detail officers_detail(const DoorUser& user, const Uuid& id,
                                            const std::string& reference);

// An id that nobody can guess or has used.
[[nodiscard]] Uuid fresh_id(const Agent& agent);

// What a job of an officer's verb decided; the answer is given after its commit.
struct Ruling {
  bool allowed = false;
  std::string why_not;
};
// Commits the job and answers where it said no or could not be recorded; true when it was allowed.
[[nodiscard]] bool ruled(Agent& agent, const std::function<Ruling(storage::Connection&)>& job,
                         transport::LocalDoor::Answer& answer);

}  // namespace hub::agent
