// Puts back what a log had, into a store that was put back to an older state, in one transaction:
// takes the entries back that were added since, goes on with the leaves that a mirror kept, does
// again what they say was erased, and puts the own entries behind them.
//
// The own entries were never signed, so they may get other numbers; what they say of records that
// are erased goes with these. The entry `log-restored` names what came back without details.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/erasure.h"
#include "audit/log/log.h"
#include "audit/mirror/mirrored_log.h"
#include "schemas/catalogue.h"

namespace hub::agent {

inline constexpr std::string_view kLogRestored = "log-restored";

struct LogRestored {
  std::uint64_t first = 0;     // number of the first leaf that was missing
  std::uint64_t restored = 0;  // leaves; 0: none was missing, and nothing was changed
  std::uint64_t own = 0;       // entries that stand behind them now
  std::uint64_t erasures = 0;  // entries that were done again
};

// Inside a job. `mirrored` begins at or before what is missing, and behind all that is signed. The
// entry says act, outcome and what was restored by itself.
[[nodiscard]] LogRestored restore_log(storage::Connection& store, audit::Log& log, Eraser& eraser,
                                      const schemas::Catalogue& catalogue,
                                      const audit::MirroredLeaves& mirrored, audit::Entry entry,
                                      const audit::Detail& detail);

}  // namespace hub::agent
