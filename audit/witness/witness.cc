#include "audit/witness/witness.h"

#include "audit/proof/note_lines.h"
#include "audit/proof/tree_proof.h"
#include "core/base/result.h"
#include "core/crypto/cosignature.h"

namespace hub::audit {
namespace {

WitnessStatus status_of(CheckpointError error) {
  switch (error) {
    case CheckpointError::Malformed: return WitnessStatus::Malformed;
    case CheckpointError::WrongRootOfNothing: return WitnessStatus::Inconsistent;
    case CheckpointError::OtherOrigin: return WitnessStatus::UnknownLog;
    case CheckpointError::NotSigned: return WitnessStatus::NotSigned;
  }
  return WitnessStatus::Malformed;
}

// The checkpoint, if the log signed it. What is no checkpoint is malformed, whoever signed it.
Result<Checkpoint, WitnessStatus> open_requested(const std::string& note,
                                                 const crypto::NoteVerifier& log) {
  const auto text = crypto::unverified_text(note, kLargestCheckpoint);
  if (!text || parse_checkpoint(*text) == fail(CheckpointError::Malformed)) {
    return fail(WitnessStatus::Malformed);
  }
  if (claimed_origin(note) != log.name()) return fail(WitnessStatus::UnknownLog);
  auto checkpoint = open_checkpoint(note, log);
  if (!checkpoint) return fail(status_of(checkpoint.error()));
  return std::move(*checkpoint);
}

// Whether the tree contains the one last cosigned, of which the request knows the size.
bool grows(const AddCheckpoint& request, const Checkpoint& checkpoint,
           const std::optional<Witnessed>& last) {
  if (request.old_size == 0) return request.proof.empty();
  return last &&
         is_consistent(last->size, last->root, checkpoint.size, checkpoint.root, request.proof);
}

}  // namespace

std::string_view describe(WitnessStatus status) {
  switch (status) {
    case WitnessStatus::Cosign: return "the checkpoint is cosigned";
    case WitnessStatus::Malformed: return "the request is malformed";
    case WitnessStatus::NotSigned: return "the log's own key did not sign the checkpoint";
    case WitnessStatus::UnknownLog: return "the witness does not know the log";
    case WitnessStatus::OtherSize: return "the witness last cosigned another size";
    case WitnessStatus::Inconsistent: return "the tree does not contain the one last cosigned";
  }
  return "the request is malformed";
}

std::optional<std::string> claimed_origin(std::string_view note) {
  const auto text = crypto::unverified_text(note, kLargestCheckpoint);
  if (!text) return std::nullopt;
  std::string_view rest = *text;
  const auto origin = take_line(rest);
  if (!origin || !is_origin(*origin)) return std::nullopt;
  return std::string(*origin);
}

WitnessAnswer answer_add_checkpoint(const AddCheckpoint& request, const crypto::NoteVerifier& log,
                                    const std::optional<Witnessed>& last) {
  WitnessAnswer out;
  const auto checkpoint = open_requested(request.note, log);
  if (!checkpoint) {
    out.status = checkpoint.error();
    return out;
  }
  auto note =
      promised(crypto::only_signed_by(log, request.note), "a note that was opened holds together");
  // Asked first: to verify two signatures for every request would cost as much as all the rest.
  if (last && last->size == checkpoint->size && last->root != checkpoint->root) {
    ForkProof fork{last->note, note};
    if (verify_fork_proof(fork, log)) out.fork = std::move(fork);
  }
  if (request.old_size > checkpoint->size) {
    out.status = WitnessStatus::Malformed;
  } else if (request.old_size != (last ? last->size : 0)) {
    out.status = WitnessStatus::OtherSize;
    out.last_size = last ? last->size : 0;
  } else if (!grows(request, *checkpoint, last)) {
    out.status = WitnessStatus::Inconsistent;
  } else {
    out.status = WitnessStatus::Cosign;
    out.store = Witnessed{checkpoint->size, checkpoint->root, std::move(note)};
  }
  return out;
}

std::string cosign(const Witnessed& stored, std::uint64_t time, const std::string& name,
                   const crypto::WitnessKey& key) {
  const auto text = promised(crypto::unverified_text(stored.note), "a stored checkpoint is a note");
  return crypto::cosignature_line(text, time, name, key);
}

}  // namespace hub::audit
