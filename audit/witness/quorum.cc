#include "audit/witness/quorum.h"

#include <algorithm>
#include <functional>

#include "audit/proof/note_lines.h"

namespace hub::audit {

std::string_view describe(QuorumError error) {
  switch (error) {
    case QuorumError::NoCheckpoint: return "this is no checkpoint of the log";
    case QuorumError::NotSigned: return "the log's own key did not sign the checkpoint";
    case QuorumError::BadCosignature: return "a known witness's cosignature does not hold";
  }
  return "this is no checkpoint of the log";
}

Result<Witnessing, QuorumError> check_quorum(std::string_view note, const crypto::NoteVerifier& log,
                                             std::span<const crypto::CosignatureVerifier> witnesses,
                                             std::size_t quorum) {
  auto checkpoint = open_checkpoint(note, log);
  if (!checkpoint) {
    return fail(checkpoint.error() == CheckpointError::NotSigned ? QuorumError::NotSigned
                                                                 : QuorumError::NoCheckpoint);
  }
  auto cosignatures = crypto::open_cosignatures(note, witnesses, kLargestCheckpoint);
  if (!cosignatures) return fail(QuorumError::BadCosignature);
  Witnessing out{std::move(*checkpoint), std::move(*cosignatures), std::nullopt};
  std::ranges::sort(out.cosignatures, std::greater(), &crypto::Cosignature::time);
  if (quorum > 0 && out.cosignatures.size() >= quorum) {
    out.quorum_time = out.cosignatures[quorum - 1].time;
  }
  return out;
}

}  // namespace hub::audit
