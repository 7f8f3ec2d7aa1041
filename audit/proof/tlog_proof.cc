#include "audit/proof/tlog_proof.h"

#include "audit/proof/note_lines.h"
#include "core/base/encoding.h"
#include "core/crypto/merkle.h"

namespace hub::audit {
namespace {

constexpr std::string_view kHeader = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";
constexpr std::size_t kLargestProof = 1U << 20U;

}  // namespace

std::string_view describe(TlogProofError error) {
  switch (error) {
    case TlogProofError::Malformed: return "this is no proof of an entry";
    case TlogProofError::NotSigned:
      return "the proof's checkpoint is not signed with the log's key";
    case TlogProofError::NotInTheTree: return "the entry is not in the log at that place";
  }
  return "this is no proof of an entry";
}

std::string write_tlog_proof(const TlogProof& proof) {
  std::string out(kHeader);
  out += '\n';
  if (proof.extra) out.append(kExtra).append(to_base64(*proof.extra)).append("\n");
  out.append(kIndex).append(std::to_string(proof.index)).append("\n");
  for (const auto& hash : proof.path) out.append(to_base64(hash)).append("\n");
  return out.append("\n").append(proof.checkpoint);
}

Result<TlogProof, TlogProofError> parse_tlog_proof(std::string_view text) {
  if (text.size() > kLargestProof || take_line(text) != kHeader) {
    return fail(TlogProofError::Malformed);
  }
  TlogProof out;
  auto line = take_line(text);
  if (const auto extra = line ? behind(kExtra, *line) : std::nullopt) {
    out.extra = from_base64(*extra);
    if (!out.extra) return fail(TlogProofError::Malformed);
    line = take_line(text);
  }
  const auto digits = line ? behind(kIndex, *line) : std::nullopt;
  const auto index = digits ? parse_number(*digits) : std::nullopt;
  if (!index || !take_hashes(text, out.path)) return fail(TlogProofError::Malformed);
  out.index = *index;
  out.checkpoint = text;
  return out;
}

Result<Checkpoint, TlogProofError> verify_tlog_proof(const TlogProof& proof, Bytes entry,
                                                     const crypto::NoteVerifier& log) {
  auto checkpoint = open_checkpoint(proof.checkpoint, log);
  if (!checkpoint) return fail(TlogProofError::NotSigned);
  const auto root =
      crypto::root_of_path(crypto::leaf_hash(entry), proof.index, checkpoint->size, proof.path);
  if (root != checkpoint->root) return fail(TlogProofError::NotInTheTree);
  return std::move(*checkpoint);
}

}  // namespace hub::audit
