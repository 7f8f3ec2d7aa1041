// What a witness answers to add-checkpoint (C2SP tlog-witness v1.0.0). It signs only what contains
// all that it signed before, so that no two who compare with it can be shown different trees.
//
// The order that keeps this true, for each log one request after the other: read the last
// checkpoint from the store, ask answer_add_checkpoint, store `store` durably, sign what is stored
// with cosign, answer. Whoever signs first and stores then can sign a fork after a crash.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "audit/proof/checkpoint.h"
#include "audit/witness/add_checkpoint.h"
#include "audit/witness/fork_proof.h"
#include "core/crypto/hash.h"
#include "core/crypto/note.h"
#include "core/crypto/signing.h"

namespace hub::audit {

// The last checkpoint of a log that the witness has cosigned.
struct Witnessed {
  std::uint64_t size = 0;
  crypto::Digest root{};
  std::string note;  // with the log's signature and no other

  bool operator==(const Witnessed&) const = default;
};

// The status of the answer, as HTTP has it.
enum class WitnessStatus : std::uint16_t {
  Cosign = 200,        // the body is the cosignature line
  Malformed = 400,     // or the old size is larger than the new one
  NotSigned = 403,     // with the log's own key
  UnknownLog = 404,    // for whoever has no verifier for the origin
  OtherSize = 409,     // the body is the size last cosigned; the log asks again from there
  Inconsistent = 422,  // the proof does not hold
};
[[nodiscard]] std::string_view describe(WitnessStatus status);

struct WitnessAnswer {
  WitnessStatus status = WitnessStatus::Malformed;
  std::uint64_t last_size = 0;     // with OtherSize
  std::optional<Witnessed> store;  // with Cosign, always: to be stored before it is signed
  // Whenever the log's key has signed this size and the one last cosigned with different roots.
  std::optional<ForkProof> fork;
};

// Which log a note says it is of, for finding the verifier; nothing when it is no note or the first
// line no origin, which is Malformed.
[[nodiscard]] std::optional<std::string> claimed_origin(std::string_view note);

// `last` is nothing if the witness never cosigned a checkpoint of that log. A tree that it cosigned
// last may be cosigned again, with the same old size and no proof.
[[nodiscard]] WitnessAnswer answer_add_checkpoint(const AddCheckpoint& request,
                                                  const crypto::NoteVerifier& log,
                                                  const std::optional<Witnessed>& last);

// The signature line over what is stored; `time` in seconds since 1970, `name` the key's.
[[nodiscard]] std::string cosign(const Witnessed& stored, std::uint64_t time,
                                 const std::string& name, const crypto::WitnessKey& key);

}  // namespace hub::audit
