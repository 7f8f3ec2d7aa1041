// How many of a log's witnesses make its checkpoint count, and whether they are there. A log's own
// witness never counts for it; whoever calls leaves it out of `others` and `witnesses`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "audit/proof/checkpoint.h"
#include "core/base/result.h"
#include "core/crypto/cosignature.h"
#include "core/crypto/note.h"

namespace hub::audit {

// For n witnesses, f = floor((n - 1) / 3) and q = floor((n + f) / 2) + 1. Any two quorums share
// 2 q - n > f witnesses, hence an honest one: no two trees that contradict each other both get a
// quorum while at most f lie. It is reached while at most n - q cosign nothing, and f <= n - q. So
// 33 need 22, bear 10 liars and can miss 11; 2 need both and bear no liar; 0 make no quorum.
[[nodiscard]] constexpr std::size_t tolerated_liars(std::size_t others) {
  return others == 0 ? 0 : (others - 1) / 3;
}
[[nodiscard]] constexpr std::size_t quorum_of(std::size_t others) {
  return others == 0 ? 0 : (others + tolerated_liars(others)) / 2 + 1;
}

enum class QuorumError : std::uint8_t {
  NoCheckpoint,
  NotSigned,       // by the log's own key
  BadCosignature,  // by a witness that is known: the whole note is condemned
};
[[nodiscard]] std::string_view describe(QuorumError error);

struct Witnessing {
  Checkpoint checkpoint;
  std::vector<crypto::Cosignature> cosignatures;  // each witness once, the newest first
  // Seconds since 1970: since then at least a quorum has seen this tree. Nothing without a quorum,
  // and a quorum of 0 is never there.
  std::optional<std::uint64_t> quorum_time;

  [[nodiscard]] bool has_quorum() const { return quorum_time.has_value(); }
};

// Times are the witnesses' own; a quorum_time later than now is for the caller to see.
[[nodiscard]] Result<Witnessing, QuorumError> check_quorum(
    std::string_view note, const crypto::NoteVerifier& log,
    std::span<const crypto::CosignatureVerifier> witnesses, std::size_t quorum);

}  // namespace hub::audit
