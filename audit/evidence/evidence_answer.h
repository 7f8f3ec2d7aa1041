// A daemon's answer to a request for evidence: the look is recorded first, then a line of facts and
// a line for each entry go out, the entry of this very look among them.
//
// Facts, an object: `log` (its vkey), `witnesses` (theirs), `checkpoint` (the newest that is
// signed), `request` (the number of the entry that records this look), `not_signed_yet` (how many
// of those wanted it does not cover); `cosigned` and `consistency` once a quorum has cosigned one:
// that note, and the hashes that the signed tree begins with its tree; `since`, the same from the
// size asked for. An entry: {"entry": packed_entry.h, "path": [hash, ...]}, an inclusion proof for
// the cosigned tree where that covers the entry, else for the signed one. Hashes are base64.
//
// The facts of log and witnesses are the daemon's word; whoever asks verifies what comes.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "audit/evidence/evidence_request.h"
#include "audit/log/log.h"
#include "core/crypto/cosignature.h"
#include "core/storage/store.h"
#include "core/transport/door_status.h"

namespace hub::audit {

struct EvidenceSource {
  storage::Store& store;
  Log& log;
  std::filesystem::path checkpoint;  // its file
  std::string log_vkey;
  std::map<std::string, crypto::CosignatureVerifier> witnesses;
  // How long to wait until the checkpoint covers the entry that records the look; without it that
  // entry is not among those packed.
  std::chrono::milliseconds patience{3000};
};

struct EvidenceAnswer {
  transport::DoorStatus end = transport::DoorStatus::Failed;
  std::string why;  // empty where whoever asked is gone
};

// `look` and `about`: the entry that records it and its detail, to which purpose, count and what
// was asked are added. `block` gets the lines, and gives false to stop. Waits: not for the writer
// thread or a loop.
[[nodiscard]] EvidenceAnswer answer_evidence(const EvidenceSource& source,
                                             const EvidenceRequest& request, Entry look,
                                             Detail about, const std::function<bool(Bytes)>& block);

}  // namespace hub::audit
