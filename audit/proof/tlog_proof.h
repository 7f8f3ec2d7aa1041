// C2SP tlog-proof files: that one entry stands in a log, for whoever has the log's key and nothing
// else.
//
//   c2sp.org/tlog-proof@v1 "\n"
//   [ "extra " base64 "\n" ]        here: the entry itself
//   "index " number "\n"
//   *( base64(hash) "\n" )          from the leaf's sibling to the root's child
//   "\n"
//   the signed checkpoint, verbatim
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/proof/checkpoint.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/hash.h"
#include "core/crypto/note.h"

namespace hub::audit {

struct TlogProof {
  std::optional<Buffer> extra;  // proves nothing by itself
  std::uint64_t index = 0;
  std::vector<crypto::Digest> path;
  std::string checkpoint;  // the note

  bool operator==(const TlogProof&) const = default;
};

enum class TlogProofError : std::uint8_t {
  Malformed,
  NotSigned,     // the checkpoint is not this log's
  NotInTheTree,  // the entry and the path do not lead to the checkpoint's root
};
[[nodiscard]] std::string_view describe(TlogProofError error);

[[nodiscard]] std::string write_tlog_proof(const TlogProof& proof);
[[nodiscard]] Result<TlogProof, TlogProofError> parse_tlog_proof(std::string_view text);

// The checkpoint, if the log has signed it and the entry stands in its tree at the proof's index.
[[nodiscard]] Result<Checkpoint, TlogProofError> verify_tlog_proof(const TlogProof& proof,
                                                                   Bytes entry,
                                                                   const crypto::NoteVerifier& log);

}  // namespace hub::audit
