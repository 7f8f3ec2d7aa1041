// A bundle opened for tools that judge it: its rulebook, and what a rulebook keeps to itself.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "policy/cedar/entities.h"
#include "policy/cedar/parse_error.h"
#include "policy/cedar/policy_set.h"
#include "policy/enforcement.h"
#include "policy/world.h"

namespace hub::policy {

struct OpenedBundle {
  std::unique_ptr<const Rulebook> rulebook;
  PolicySet policies;
  Agreements agreements;
  std::vector<RecordTypeFacts> record_types;
  std::vector<PartyFacts> parties;
  std::vector<Entity> world;  // all that policies see but users, who come with their question

  // As Rulebook::make takes and refuses it.
  [[nodiscard]] static Result<OpenedBundle, std::vector<ParseError>> make(
      const std::map<std::string, std::string>& files, const std::vector<PartyFacts>& parties,
      const std::vector<RecordTypeFacts>& record_types);
};

}  // namespace hub::policy
