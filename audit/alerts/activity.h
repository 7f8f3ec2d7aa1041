// What the rules see of one entry of the log: its leaf, and its detail as long as that exists.
//
// Pure data. Where the detail was erased there is no actor, and rules about people pass it over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/log/detail.h"
#include "audit/log/entry.h"
#include "core/base/clock.h"
#include "core/base/uuid.h"
#include "core/crypto/hash.h"

namespace hub::alerts {

struct Activity {
  std::uint64_t index = 0;  // of the entry
  Time time;
  std::string actor;  // a local user's name, "agent", or empty
  std::vector<std::string> roles;
  std::string act, outcome;
  std::string record_type, sender, recipient, agreement, purpose;
  std::string view;
  std::uint64_t count = 0;  // records concerned
  std::vector<Uuid> records;
  std::string note;                    // "list", "show", or the id of the alert that is reviewed
  std::string asked;                   // "postcode E8 1AA"; empty without a search; its beginning
  std::vector<std::string> relations;  // "surname:USER", "postcode:USER", "address:USER",
                                       // "protected", "ended"
  std::string device;
  std::string justification;
  std::optional<crypto::Digest> commitment;  // to the detail
  std::vector<crypto::Digest> envelopes;     // leaf hashes
  bool erases = false;                       // it says that details were erased
};

[[nodiscard]] Activity activity_of(const audit::Leaf& leaf,
                                   const std::optional<audit::Detail>& detail);

// Somebody of flesh and blood did it.
[[nodiscard]] bool is_persons(const Activity& activity);
// One record was opened and shown.
[[nodiscard]] bool is_shown(const Activity& activity);
// Records were listed; at least one.
[[nodiscard]] bool is_listed(const Activity& activity);
// Somebody was refused.
[[nodiscard]] bool is_refused(const Activity& activity);

}  // namespace hub::alerts
