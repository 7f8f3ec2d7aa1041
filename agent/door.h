// The agent's local door: what people and programs of this machine may ask, and who may.
//
// The kernel says which local user calls; the configuration gives the user roles; the verbs' table
// says which roles may use a verb, and policy decides about each record that is looked at, whatever
// the role. A search by a value finds only records whose value the user may see, and tells of no
// others. Whoever is of a guest organisation may look at records and do nothing else, whatever
// their roles. A request may name one of the user's roles ("role") to act in that one alone, since
// policy keeps some apart, and say why ("because"), which the log keeps. Requests and answers are
// JSON; a list is one JSON object a line.
// Which verbs there are, door_verbs.h says.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "core/base/lanes.h"
#include "core/transport/local_door.h"

namespace hub::agent {

using transport::DoorStatus;

// Who calls, as policy sees it.
struct DoorUser {
  std::string name;
  std::vector<std::string> roles;
  std::string guest;          // the organisation of a guest's user; else empty
  std::string device;         // the terminal that the user is at
  std::string justification;  // "because" of the request: why, in the user's words
};

class Door {
 public:
  // The agent must outlive the door.
  Door(Agent& agent, transport::Loop& loop);

 private:
  using Answer = std::shared_ptr<transport::LocalDoor::Answer>;

  void called(transport::LocalDoor::Caller caller, const std::string& verb, const Buffer& payload,
              const Answer& answer);
  void send_file(const Buffer& payload, const Answer& answer);

  Agent& agent_;
  transport::Loop& loop_;
  Lanes workers_;
  std::unique_ptr<transport::LocalDoor> door_;
};

// What the log says of who did it: the name, of a guest's user "name of organisation", and the
// roles.
[[nodiscard]] audit::Detail detail_about(const DoorUser& user);
[[nodiscard]] audit::Entry entry_about(const DoorUser& user, std::string act, std::string outcome);

// Records a look before its answer begins, with who holds the log and what is in force; where that
// fails the request is answered, and nothing may be shown.
[[nodiscard]] bool record_look(Agent& agent, audit::Entry entry, const audit::Detail& detail,
                               transport::LocalDoor::Answer& answer);

}  // namespace hub::agent
