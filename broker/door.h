// The broker's local door: what operators and auditors of this machine may ask.
//
//   verb           roles     request                                  answer
//   status         operator  {}                                       one object
//   note.apply     operator  {"kind": "register"|"bundle"}, the note  what was wrong, if any
//   audit.entries  auditor   {"from", "limit", "purpose"}             a line an entry
//   audit.export   auditor   {"purpose"}                              the leaves
//   audit.search   auditor   audit/search/question.h                  a line an entry or group
//   audit.pack     auditor   audit/evidence/evidence_request.h        facts, a line an entry
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "audit/log/detail.h"
#include "audit/log/entry.h"
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
  void list_entries(const audit::Detail& looker, const nlohmann::json& request,
                    const Answer& answer);
  void export_log(const audit::Detail& looker, const nlohmann::json& request, const Answer& answer);
  void search_log(const audit::Detail& looker, const nlohmann::json& request, const Answer& answer);
  void pack_evidence(const audit::Detail& looker, const nlohmann::json& request,
                     const Answer& answer);
  [[nodiscard]] bool recorded(const audit::Entry& entry, const audit::Detail& detail,
                              const Answer& answer);

  Broker& broker_;
  const Config& config_;
  transport::Loop& loop_;
  Lanes workers_;
  std::unique_ptr<transport::LocalDoor> door_;
};

}  // namespace hub::broker
