// The agent's local door: what people and programs of this machine may ask, and who may.
//
// The kernel says which local user calls; the configuration gives the user roles; the verbs' table
// says which roles may use a verb, and policy decides about each record that is looked at, whatever
// the role. A search by a value finds only records whose value the user may see, and tells of no
// others. Whoever is of a guest organisation may look at records and do nothing else, whatever
// their roles. A request may name one of the user's roles ("role") to act in that one alone, since
// policy keeps some apart. Requests and answers are JSON; a list is one JSON object a line.
//
//   verb             roles               request                            answer
//   status           operator            {}                                 one object
//   send             operator, sender    {"name", "wait"}, then the file    the report
//   records.list     any role            {"type", "sender", "find", ...}    a line a record
//   records.show     any role            {"id", "purpose"}                  one object
//   policy.explain   operator, auditor   {"id"}                             one object
//   audit.entries    auditor             {"from", "limit", "purpose"}       a line an entry
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "core/base/lanes.h"
#include "core/transport/local_door.h"

namespace hub::agent {

// What a door verb ends with; the exit codes of hubctl.
enum class DoorStatus : std::uint8_t { Ok = 0, Refused = 1, Usage = 2, Failed = 3 };

// Who calls, as policy sees it.
struct DoorUser {
  std::string name;
  std::vector<std::string> roles;
  std::string guest;  // the organisation of a guest's user; else empty
};

class Door {
 public:
  // The agent must outlive the door.
  Door(Agent& agent, transport::Loop& loop);

 private:
  using Answer = std::shared_ptr<transport::LocalDoor::Answer>;

  void called(transport::LocalDoor::Caller caller, const std::string& verb, const Buffer& payload,
              const Answer& answer);
  void answer_call(const DoorUser& user, const std::string& verb, const Buffer& payload,
                   const Answer& answer);
  void send_file(const Buffer& payload, const Answer& answer);

  Agent& agent_;
  transport::Loop& loop_;
  Lanes workers_;
  std::unique_ptr<transport::LocalDoor> door_;
};

void end(transport::LocalDoor::Answer& answer, DoorStatus status, std::string_view text);
// "name as role, role", of a guest's user "name of organisation as role": what the log says of who
// did it.
[[nodiscard]] std::string acting(const DoorUser& user);

// door_records.cc and door_log.cc: on a worker, where waiting for the store is allowed. Each
// commits its audit entry before the first byte of its answer.
void list_records(Agent& agent, const DoorUser& user, std::string_view text,
                  transport::LocalDoor::Answer& answer);
void show_record(Agent& agent, const DoorUser& user, std::string_view text,
                 transport::LocalDoor::Answer& answer);
void explain_decision(Agent& agent, const DoorUser& user, std::string_view text,
                      transport::LocalDoor::Answer& answer);
void list_entries(Agent& agent, const DoorUser& user, std::string_view text,
                  transport::LocalDoor::Answer& answer);
void export_log(Agent& agent, const DoorUser& user, transport::LocalDoor::Answer& answer);

}  // namespace hub::agent
