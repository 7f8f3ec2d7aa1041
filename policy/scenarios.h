// The questions that two bundles are compared by, but for who takes part (cast.h): every agreement,
// field group, door, role and term that either bundle knows, and one term of each kind that none
// does.
//
// Terms of one agreement vary one at a time from its first purpose, legal basis, regime and
// handling code: each other one that it lists, each that a policy names, and one that is not
// agreed. Users have one role at a time. An agreement is asked about at the moment given; when its
// term starts behind it, at that start; and when its two versions end differently, at the earlier
// end. Each role looks at records that are protected and at others; whether it may export them is
// asked when either bundle has a permit for that. So a decision that depends on a
// pair of terms outside the agreement, on two roles together, on a user's name or guest
// organisation, on who made the record or on a moment that a policy alone names is not among them.
#pragma once

#include <string>
#include <vector>

#include "core/base/clock.h"
#include "policy/enforcement.h"
#include "policy/opened_bundle.h"

namespace hub::policy {

// One agreement with its terms and moments.
struct AgreementScenarios {
  std::string agreement;
  std::vector<Question> terms;  // agreement, purpose, legal basis, regime, handling
  std::vector<Time> moments;
};

struct DoorAndRole {
  Door door = Door::Share;
  std::string role;               // of who looks
  bool protected_record = false;  // looked at
};

struct Scenarios {
  std::vector<AgreementScenarios> agreements;
  std::vector<std::pair<std::string, std::string>> field_groups;  // record type, group
  std::vector<DoorAndRole> doors;
};

[[nodiscard]] Scenarios scenarios_of(const OpenedBundle& before, const OpenedBundle& after,
                                     Time now);

// The local name of the user whom views are asked with.
inline constexpr const char* kAskingUser = "somebody";

}  // namespace hub::policy
