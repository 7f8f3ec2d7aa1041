// The entities and requests that policies are asked with, made of the register, the catalogue, the
// agreements and the question. Inside the folder. Their types and attributes are the schema's
// (world_schema.h), which is the contract with whoever writes policies. An agreement is `signed`
// when all its parties have; a FieldGroup's id is its record type and its name, with a slash.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "policy/agreement.h"
#include "policy/cedar/authorizer.h"
#include "policy/cedar/entities.h"
#include "policy/enforcement.h"

namespace hub::policy {

// "share", "relay", "accept", "view", "export"
[[nodiscard]] std::string_view action_of(Door door);

// The authority whose user looks, for View and Export.
[[nodiscard]] const std::string& viewing_authority(const Question& question);

class NamedValues;  // named_values.h
using Agreements = std::map<std::string, Agreement, std::less<>>;

// The error is fixed words and a position.
[[nodiscard]] Result<Entities, std::string> make_world(const std::vector<PartyFacts>& parties,
                                                       const std::vector<RecordTypeFacts>& types,
                                                       const Agreements& agreements);

// Of `names` it takes what is named there instead of making it anew.
[[nodiscard]] Request make_request(const Question& question, const NamedValues& names);
[[nodiscard]] Request make_request(const Question& question);

// The user who asks, in front of the world.
[[nodiscard]] Entity make_user(const Question& question);

// What the question names that the world does not know, as a sentence that repeats none of the
// question's words; empty when it knows all.
[[nodiscard]] std::string_view first_unknown(const Entities& world, const Question& question,
                                             const Request& request);

}  // namespace hub::policy
