// The verbs of the agent's local door: what each asks for and answers. Who may use which is in
// door_verbs.cc.
//
//   verb                    request                               answer
//   status                  {}                                    one object
//   send                    {"name", "wait"}, then the file       the report
//   records.list            {"type", "sender", "find", ...}       a line a record
//   records.show            {"id"}                                one object
//   policy.explain          {"id"}                                one object
//   witness.add-checkpoint  {"body"}                              {"status", "body"}
//   log.restore             {}, then the recovery key             what came back
//   audit.entries           {"from", "limit", "purpose"}          a line an entry
//   audit.export            {"purpose"}                           the leaves
//   audit.search            audit/search/question.h               a line an entry or group
//   audit.alerts            {"since", "state", "purpose"}         a line an alert
//   audit.dispose           {"alert", "verdict", "because"}       the outcome
//   audit.confirm           {"alert", "reopen"}                   the outcome
//   audit.pack              audit/evidence/evidence_request.h     facts, a line an entry
//   erase.propose           {"records"/"subject", "ground", ...}  a line a record
//   erase.list              {}                                    a line a proposal
//   erase.approve           {"id", "because"}                     what was erased
//   erase.withdraw          {"id", "because"}                     a sentence
//   hold.place              {"records"/"subject", "reference"}    a line a record
//   hold.list               {}                                    a line a hold
//   hold.lift               {"id", "because"}                     a sentence
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "agent/door.h"

namespace hub::agent {

// Answers a request on a worker, where waiting for the store is allowed. What shows anything, or
// changes anything, commits its audit entry before the first byte of its answer.
using VerbAnswer = void (*)(Agent& agent, const DoorUser& user, std::string_view text,
                            transport::LocalDoor::Answer& answer);

struct DoorVerb {
  std::string_view name;
  std::vector<std::string_view> roles;  // any of them; none listed: any role at all
  VerbAnswer answer = nullptr;          // null for what the door itself answers: status, send
  // Shows no record and no detail of the log, so it is answered although the store was put back.
  bool also_put_back = false;
};

[[nodiscard]] std::span<const DoorVerb> door_verbs();

// door_records.cc
void list_records(Agent& agent, const DoorUser& user, std::string_view text,
                  transport::LocalDoor::Answer& answer);
void show_record(Agent& agent, const DoorUser& user, std::string_view text,
                 transport::LocalDoor::Answer& answer);
// door_log.cc
void explain_decision(Agent& agent, const DoorUser& user, std::string_view text,
                      transport::LocalDoor::Answer& answer);
void list_entries(Agent& agent, const DoorUser& user, std::string_view text,
                  transport::LocalDoor::Answer& answer);
void export_log(Agent& agent, const DoorUser& user, std::string_view text,
                transport::LocalDoor::Answer& answer);
// door_witness.cc
void add_outside_checkpoint(Agent& agent, const DoorUser& user, std::string_view text,
                            transport::LocalDoor::Answer& answer);
// door_restore.cc
void restore_own_log(Agent& agent, const DoorUser& user, std::string_view text,
                     transport::LocalDoor::Answer& answer);
// door_search.cc
void search_log(Agent& agent, const DoorUser& user, std::string_view text,
                transport::LocalDoor::Answer& answer);
// door_alerts.cc
void list_alerts(Agent& agent, const DoorUser& user, std::string_view text,
                 transport::LocalDoor::Answer& answer);
void dispose_alert(Agent& agent, const DoorUser& user, std::string_view text,
                   transport::LocalDoor::Answer& answer);
void confirm_alert(Agent& agent, const DoorUser& user, std::string_view text,
                   transport::LocalDoor::Answer& answer);
// door_pack.cc
void pack_evidence(Agent& agent, const DoorUser& user, std::string_view text,
                   transport::LocalDoor::Answer& answer);
// door_erasure.cc
void propose_erasure(Agent& agent, const DoorUser& user, std::string_view text,
                     transport::LocalDoor::Answer& answer);
void list_proposals(Agent& agent, const DoorUser& user, std::string_view text,
                    transport::LocalDoor::Answer& answer);
void approve_erasure(Agent& agent, const DoorUser& user, std::string_view text,
                     transport::LocalDoor::Answer& answer);
void withdraw_erasure(Agent& agent, const DoorUser& user, std::string_view text,
                      transport::LocalDoor::Answer& answer);
// door_holds.cc
void place_hold(Agent& agent, const DoorUser& user, std::string_view text,
                transport::LocalDoor::Answer& answer);
void list_holds(Agent& agent, const DoorUser& user, std::string_view text,
                transport::LocalDoor::Answer& answer);
void lift_hold(Agent& agent, const DoorUser& user, std::string_view text,
               transport::LocalDoor::Answer& answer);

}  // namespace hub::agent
