// Erasures that one officer has proposed and a second has not decided on yet.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/log/log.h"
#include "core/base/clock.h"
#include "core/base/uuid.h"
#include "core/storage/connection.h"

namespace hub::agent {

inline constexpr std::chrono::days kProposalLasts{14};
inline constexpr std::size_t kMostProposals = 1000;
inline constexpr std::size_t kLongestReference = 200;

struct ErasureRequest {
  Uuid id;
  std::string ground;     // a code
  std::string reference;  // the authority's own: no name, no identifier
  std::vector<Uuid> records;
  std::string proposer;  // a user
  Time created;

  [[nodiscard]] Time lapses() const { return created + kProposalLasts; }
};

// On what ground a record may be erased (UK GDPR article 17(1), or as said): a sentence for the
// log; nothing for a word that is no ground.
[[nodiscard]] std::optional<std::string_view> sentence_of_ground(std::string_view code);
// "no-longer-needed, consent-withdrawn, ...".
[[nodiscard]] std::string ground_codes();

// All but all_requests() inside a job.
void keep_request(storage::Connection& store, const ErasureRequest& request);
void drop_request(storage::Connection& store, const Uuid& id);
[[nodiscard]] std::optional<ErasureRequest> find_request(storage::Connection& store,
                                                         const Uuid& id);
[[nodiscard]] std::vector<ErasureRequest> all_requests(storage::Connection& store);
// Takes out what nobody decided on in time, and records it. How many.
std::size_t lapse_requests(storage::Connection& store, audit::Log& log, Time now);

// The ids as one column, and back.
[[nodiscard]] Buffer joined_ids(const std::vector<Uuid>& ids);
[[nodiscard]] std::vector<Uuid> split_ids(Bytes joined);

}  // namespace hub::agent
