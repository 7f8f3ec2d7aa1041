// Legal holds: records that may neither be erased nor fall to retention, because a court, an
// inquiry or a claim may ask for them. A hold is on records, or on a subject: then it is on
// whatever is found under the subject's identifier, what comes later included.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "agent/held_versions.h"
#include "agent/sent_subjects.h"
#include "core/base/clock.h"
#include "core/base/uuid.h"
#include "core/storage/connection.h"
#include "core/storage/key_runs.h"

namespace hub::agent {

inline constexpr std::size_t kMostHolds = 1000;
// So long one officer's wish to lift a hold waits for the second.
inline constexpr std::chrono::days kLiftWishLasts{14};

struct LegalHold {
  Uuid id;
  std::string reference;  // of the case: no name, no identifier of the subject
  std::vector<Uuid> records;
  std::string identifier;  // the class of the subject's identifier; empty: no subject
  std::optional<storage::RunKey> subject;  // its key in the index; the value is not kept
  std::string placer;                      // a user
  Time placed;
  std::string lift_asked_by;  // a user; empty: nobody
  Time lift_asked;
};

// Inside a job.
void keep_hold(storage::Connection& store, const LegalHold& hold);
void drop_hold(storage::Connection& store, const Uuid& id);
void ask_to_lift(storage::Connection& store, const Uuid& id, const std::string& user, Time now);

[[nodiscard]] std::vector<LegalHold> all_holds(storage::Connection& store);
[[nodiscard]] std::optional<LegalHold> find_hold(storage::Connection& store, const Uuid& id);

// The records that one hold is on now, held with their versions, or sent.
[[nodiscard]] RecordSet records_under(storage::Connection& store,
                                      const storage::KeyRuns& identifiers, const SentSubjects& sent,
                                      const LegalHold& hold);
// And those that any is on.
[[nodiscard]] RecordSet records_under_hold(storage::Connection& store,
                                           const storage::KeyRuns& identifiers,
                                           const SentSubjects& sent);
// How many of `records` are `held_back`.
[[nodiscard]] std::size_t held_back(const RecordSet& records, const RecordSet& held_back);

}  // namespace hub::agent
