// The agent's store: what is on its way out, what was received, what is known of others' keys, and
// the audit log's tables.
#pragma once

#include <span>

#include "core/storage/key_runs.h"
#include "core/storage/store.h"

namespace hub::agent {

inline constexpr std::uint32_t kApplicationId = 0x48554241;  // "HUBA"

[[nodiscard]] std::span<const storage::Migration> migrations();

}  // namespace hub::agent
