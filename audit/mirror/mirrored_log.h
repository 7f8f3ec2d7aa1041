// The later leaves of a log, as a holder gives them back: opened block by block, and believed only
// once they continue the own tree to the root of a checkpoint that the log's key has signed and a
// quorum of its witnesses has cosigned. Whoever gives them can leave some out, and forge none.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/mirror/mirror_talk.h"
#include "audit/proof/checkpoint.h"
#include "audit/proof/frontier.h"
#include "core/base/result.h"
#include "core/crypto/cosignature.h"
#include "core/crypto/note.h"

namespace hub::audit {

enum class MirrorFault : std::uint8_t {
  OtherBlock,  // not the one asked for
  WrongKey,    // the recovery key does not open it
  TooMuch,     // more leaves than are restored at once
  NotThere,    // nothing that is verified goes far enough
};
[[nodiscard]] std::string_view describe(MirrorFault fault);

// What was given back and verified.
struct MirroredLeaves {
  std::uint64_t from = 0;  // number of the first
  std::vector<std::string> leaves;
  Checkpoint checkpoint;  // after the last of them
  std::string note;       // the log's, with its own signature alone
};

class MirroredLog {
 public:
  // The leaves from number own.size() on; `own` is the tree before them.
  MirroredLog(MirrorName name, std::string hub, Frontier own);

  // Number of the leaf to ask for.
  [[nodiscard]] std::uint64_t next() const { return own_.size() + leaves_.size(); }
  [[nodiscard]] Result<void, MirrorFault> take(const MirrorBlock& block,
                                               const crypto::RecoverySecret& secret);
  // Up to the newest checkpoint that holds; NotThere when that has fewer than `least` entries.
  [[nodiscard]] Result<MirroredLeaves, MirrorFault> verified(
      const crypto::NoteVerifier& log, std::span<const crypto::CosignatureVerifier> witnesses,
      std::uint64_t least) &&;

 private:
  MirrorName name_;
  std::string hub_;
  Frontier own_;
  std::vector<std::string> leaves_;
  std::size_t bytes_ = 0;
  std::map<std::uint64_t, std::vector<std::string>> notes_;  // checkpoints by the size they claim
};

}  // namespace hub::audit
