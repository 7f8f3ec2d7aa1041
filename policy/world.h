// What the hub's policies can speak of. Inside the folder; the names here are the contract with
// whoever writes policies.
//
//   Authority::"E09000007"          name String, suspended Bool
//   Agent::"E09000007"              in its Authority; authority
//   User::"E09000007/ann"           in its Authority and in each Role::"housing-officer"; authority
//   Broker::"broker"
//   RecordType::"ta.placement_notice"          domain String
//   FieldGroup::"ta.placement_notice/notice"   in its RecordType; record_type, domain
//   Agreement::"london-ta-notice-2026"
//       status String, parties and signatories Set of Authority, signed Bool (all have),
//       purposes, legal_bases, regimes, handling Set of String, record_types Set of RecordType,
//       field_groups Set of FieldGroup, starts and ends Long (ms; ends is the first moment after),
//       retention_days Long, domain String
//   context
//       agreement, sender, recipient (Authority), purpose, legal_basis, regime, handling String,
//       now Long (ms)
//
// Actions and principals: Action::"share" by Agent of the sender, Action::"relay" by the Broker,
// Action::"accept" by Agent of the recipient, Action::"view" by User. The resource is a FieldGroup.
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

// "share", "relay", "accept", "view"
[[nodiscard]] std::string_view action_of(Door door);

// The authority whose user looks, for View.
[[nodiscard]] const std::string& viewing_authority(const Question& question);

using Agreements = std::map<std::string, Agreement, std::less<>>;

// The error is fixed words and a position.
[[nodiscard]] Result<Entities, std::string> make_world(const std::vector<PartyFacts>& parties,
                                                       const std::vector<RecordTypeFacts>& types,
                                                       const Agreements& agreements);

[[nodiscard]] Request make_request(const Question& question);

// The user who asks, in front of the world.
[[nodiscard]] Entity make_user(const Question& question);

// What the question names that the world does not know, as a sentence that repeats none of the
// question's words; empty when it knows all.
[[nodiscard]] std::string_view first_unknown(const Entities& world, const Question& question,
                                             const Request& request);

}  // namespace hub::policy
