// The broker's store: ciphertext waiting for its recipients, what has been settled, receipts on
// their way home, and the audit log's tables. No plaintext of a record ever comes here.
#pragma once

#include <span>

#include "core/storage/store.h"

namespace hub::broker {

inline constexpr std::uint32_t kApplicationId = 0x48554242;  // "HUBB"

[[nodiscard]] std::span<const storage::Migration> migrations();

// slice.state
enum class SliceState : std::uint8_t {
  Waiting = 1,      // for its recipient
  Unconfirmed = 2,  // some positions are void; the sender has not confirmed the notice yet
  Behind = 3,       // an earlier slice of its stream is Unconfirmed
  Settled = 4,      // receipted; the content is gone
};

}  // namespace hub::broker
