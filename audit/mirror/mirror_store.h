// What a holder keeps of other parties' logs: blocks of mirrored leaves, one behind the other, as
// their owners signed them. It never opens one, and deletes none but the last, for a longer one
// that begins where it began.
//
// Writer thread, inside a job; reading on any connection. Who may store is not decided here.
#pragma once

#include <cstdint>
#include <optional>

#include "audit/mirror/mirror_talk.h"
#include "core/storage/connection.h"

namespace hub::audit {

// For the migrations of the store that keeps them.
extern const char* const kMirrorTables;

// Of one log, under all its recovery keys together; some two million leaves.
inline constexpr std::uint64_t kMostMirrored = std::uint64_t{1} << 30U;

[[nodiscard]] MirrorStanding mirror_standing(storage::Connection& store, const MirrorName& name);
// Keeps a block that goes on from what is kept, or goes on further from where the last one begins;
// any other is left alone. False, and nothing kept, when the log would then have more than `most`
// bytes.
[[nodiscard]] bool keep_block(storage::Connection& store, const MirrorBlock& block,
                              std::uint64_t most = kMostMirrored);
// The block with that leaf.
[[nodiscard]] std::optional<MirrorBlock> kept_block(storage::Connection& store,
                                                    const MirrorName& name, std::uint64_t leaf);

}  // namespace hub::audit
