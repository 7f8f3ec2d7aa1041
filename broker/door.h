// The broker's local door: what operators and auditors of this machine may ask.
//
//   verb             roles      request                                       answer
//   status           operator   {}                                            one object
//   note.apply       operator   {"kind": "register"|"bundle"}, then the note  what was wrong, or
//   nothing audit.entries    auditor    {"from", "limit"}                             a line an
//   entry
#pragma once

#include <memory>
#include <string>

#include "broker/broker.h"
#include "broker/config.h"
#include "core/base/lanes.h"
#include "core/transport/local_door.h"

namespace hub::broker {

class Door {
 public:
  // The broker must outlive the door.
  Door(Broker& broker, const Config& config, transport::Loop& loop);

 private:
  using Answer = std::shared_ptr<transport::LocalDoor::Answer>;

  void called(transport::LocalDoor::Caller caller, const std::string& verb, const Buffer& payload,
              const Answer& answer);
  void apply_note(const std::string& user, const Buffer& payload, const Answer& answer);
  void list_entries(const std::string& user, const Buffer& payload, const Answer& answer);
  void export_log(const std::string& user, const Answer& answer);

  Broker& broker_;
  const Config& config_;
  transport::Loop& loop_;
  Lanes workers_;
  std::unique_ptr<transport::LocalDoor> door_;
};

}  // namespace hub::broker
