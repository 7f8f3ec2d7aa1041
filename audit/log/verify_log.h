// Verification of a whole log (`hubctl audit verify`): everything is computed again from the
// leaves.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audit/log/log.h"
#include "audit/proof/checkpoint.h"
#include "core/crypto/note.h"

namespace hub::audit {

struct LogReport {
  std::vector<std::string> findings;  // a line each, at most 1,000; none means sound
  TreeHead tree;                      // of the leaves
  std::uint64_t details = 0;          // present and fitting their commitments
  std::uint64_t erased = 0;           // details missing, as an erasure entry says
  std::uint64_t erased_items = 0;     // single items missing, as an erasure entry says
  std::uint64_t restored = 0;         // details missing, as an entry about a restore says
  std::optional<Checkpoint> checkpoint;

  [[nodiscard]] bool sound() const { return findings.empty(); }
};

struct LogExpectation {
  TreeHead tree;                    // of the head file
  const crypto::NoteVerifier& key;  // the log's; its name is the origin
  std::optional<std::string> note;  // the checkpoint file's content; nothing when there is none
};

// Root, numbering, form of each leaf, tiles, edge, commitments to details, erasures, and the
// checkpoint: signed by the log, and a beginning of these leaves. `progress` (may be empty) gets
// entries done and in all, every few thousand.
[[nodiscard]] LogReport verify_log(
    Connection& connection, const LogExpectation& expected,
    const std::function<void(std::uint64_t done, std::uint64_t all)>& progress = {});

}  // namespace hub::audit
