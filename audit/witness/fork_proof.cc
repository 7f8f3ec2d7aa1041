#include "audit/witness/fork_proof.h"

#include <optional>

#include "audit/proof/note_lines.h"

namespace hub::audit {
namespace {

constexpr std::string_view kHeader = "borough-hub/fork-proof/v1";
constexpr std::string_view kNote = "note ";

std::string framed(std::string_view note) {
  return std::string(kNote).append(std::to_string(note.size())).append("\n").append(note);
}

std::optional<std::string> take_note(std::string_view& text) {
  const auto line = take_line(text);
  const auto digits = line ? behind(kNote, *line) : std::nullopt;
  const auto size = digits ? parse_number(*digits) : std::nullopt;
  if (!size || *size > kLargestCheckpoint || *size > text.size()) return std::nullopt;
  std::string out(text.substr(0, *size));
  text.remove_prefix(*size);
  return out;
}

ForkProofError error_of(CheckpointError error) {
  switch (error) {
    case CheckpointError::NotSigned: return ForkProofError::NotSigned;
    case CheckpointError::OtherOrigin: return ForkProofError::OtherOrigin;
    case CheckpointError::Malformed:
    case CheckpointError::WrongRootOfNothing: return ForkProofError::NoCheckpoint;
  }
  return ForkProofError::NoCheckpoint;
}

}  // namespace

std::string_view describe(ForkProofError error) {
  switch (error) {
    case ForkProofError::Malformed: return "this is no proof of a fork";
    case ForkProofError::NotSigned: return "the log's own key did not sign both notes";
    case ForkProofError::OtherOrigin: return "a note is another log's checkpoint";
    case ForkProofError::NoCheckpoint: return "a note is no checkpoint";
    case ForkProofError::OtherSizes: return "checkpoints of different sizes convict nobody";
    case ForkProofError::SameTree: return "both checkpoints are of the same tree";
  }
  return "this is no proof of a fork";
}

std::string write_fork_proof(const ForkProof& proof) {
  return std::string(kHeader).append("\n").append(framed(proof.first)).append(framed(proof.second));
}

Result<ForkProof, ForkProofError> parse_fork_proof(std::string_view text) {
  if (take_line(text) != kHeader) return fail(ForkProofError::Malformed);
  auto first = take_note(text);
  auto second = first ? take_note(text) : std::nullopt;
  if (!second || !text.empty()) return fail(ForkProofError::Malformed);
  return ForkProof{std::move(*first), std::move(*second)};
}

Result<Fork, ForkProofError> verify_fork_proof(const ForkProof& proof,
                                               const crypto::NoteVerifier& log) {
  auto first = open_checkpoint(proof.first, log);
  if (!first) return fail(error_of(first.error()));
  auto second = open_checkpoint(proof.second, log);
  if (!second) return fail(error_of(second.error()));
  if (first->size != second->size) return fail(ForkProofError::OtherSizes);
  if (first->root == second->root) return fail(ForkProofError::SameTree);
  return Fork{std::move(*first), std::move(*second)};
}

}  // namespace hub::audit
