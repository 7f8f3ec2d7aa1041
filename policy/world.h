// The entities and requests that policies are asked with, made of the register, the catalogue, the
// agreements and the question. Inside the folder. Their types and attributes are the schema's
// (world_schema.h), which is the contract with whoever writes policies. An agreement is `signed`
// when all its parties have; a FieldGroup's id is its record type and its name, with a slash.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "policy/agreement.h"
#include "policy/cedar/authorizer.h"
#include "policy/cedar/entities.h"
#include "policy/enforcement.h"
#include "policy/named_values.h"

namespace hub::policy {

// "share", "relay", "accept", "view", "export"
[[nodiscard]] std::string_view action_of(Door door);

// The authority whose user looks, for View and Export.
[[nodiscard]] const std::string& viewing_authority(const Question& question);

struct World {
  Entities entities;
  NamedValues names;  // that the entities are made of
};

// The error is fixed words and a position.
[[nodiscard]] Result<World, std::string> make_world(const std::vector<PartyFacts>& parties,
                                                    const std::vector<RecordTypeFacts>& types,
                                                    const Agreements& agreements);

// Made of the world's own values. The error is what the question names that the world does not
// know, as a sentence that repeats none of the question's words.
[[nodiscard]] Result<Request, std::string_view> make_request(const Question& question,
                                                             const NamedValues& names);
// The same of any words.
[[nodiscard]] Request make_request(const Question& question);

// The user who asks, in front of the world.
[[nodiscard]] Entity make_user(const Question& question);

}  // namespace hub::policy
