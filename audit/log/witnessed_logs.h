// What a witness remembers: of each log the last checkpoint that it cosigned.
//
// Writer thread, inside a job: looked up, decided and kept in one transaction, so that no two
// trees of one log are cosigned that do not continue each other.
#pragma once

#include <optional>
#include <string_view>

#include "audit/witness/witness.h"
#include "core/storage/connection.h"

namespace hub::audit {

// For the migrations of the store that keeps them.
extern const char* const kWitnessTables;

// Nothing when none has been cosigned. Throws StoreError if it cannot be read.
[[nodiscard]] std::optional<Witnessed> witnessed_log(storage::Connection& store,
                                                     std::string_view origin);
void keep_witnessed_log(storage::Connection& store, std::string_view origin, const Witnessed& last);

}  // namespace hub::audit
