// What convicts the holder of a log's key: two checkpoints of one size with different roots, both
// signed with that key. A file of text:
//
//   borough-hub/fork-proof/v1 "\n"
//   "note " bytes "\n" first note, verbatim
//   "note " bytes "\n" second note, verbatim
//
// Nothing else is a proof. Two trees of different sizes may be inconsistent as well, but no file of
// this kind shows it: that a consistency proof is missing proves nothing. And the file names a key,
// not a person or a motive: a copied key and a log that was put back from a backup look the same.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "audit/proof/checkpoint.h"
#include "core/base/result.h"
#include "core/crypto/note.h"

namespace hub::audit {

struct ForkProof {
  std::string first;
  std::string second;

  bool operator==(const ForkProof&) const = default;
};

enum class ForkProofError : std::uint8_t {
  Malformed,
  NotSigned,    // one of the notes, with the log's own key
  OtherOrigin,  // one of the notes is another log's checkpoint
  NoCheckpoint,
  OtherSizes,  // proves nothing
  SameTree,    // no fork
};
[[nodiscard]] std::string_view describe(ForkProofError error);

[[nodiscard]] std::string write_fork_proof(const ForkProof& proof);
// The framing alone, notes of at most 256 KiB.
[[nodiscard]] Result<ForkProof, ForkProofError> parse_fork_proof(std::string_view text);

// The trees that the log's key was used for: one origin, one size, two roots.
struct Fork {
  Checkpoint first;
  Checkpoint second;

  bool operator==(const Fork&) const = default;
};
// Why it convicts nobody, otherwise.
[[nodiscard]] Result<Fork, ForkProofError> verify_fork_proof(const ForkProof& proof,
                                                             const crypto::NoteVerifier& log);

}  // namespace hub::audit
