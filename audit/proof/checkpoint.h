// Checkpoints (C2SP tlog-checkpoint v1.0.0): the text of a signed note that commits a log to all
// of its entries.
//
//   origin "\n" size "\n" base64(root) "\n"
//
// Extension lines are refused: nobody could audit them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/crypto/hash.h"
#include "core/crypto/note.h"

namespace hub::audit {

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  crypto::Digest root{};

  bool operator==(const Checkpoint&) const = default;
};

enum class CheckpointError : std::uint8_t {
  Malformed,
  WrongRootOfNothing,  // size 0 with another root than SHA-256 of nothing
  OtherOrigin,
  NotSigned,  // by the log's own key
};
[[nodiscard]] std::string_view describe(CheckpointError error);

// A schema-less URL: no spaces, no "+", and not the name that cosignatures claim.
[[nodiscard]] bool is_origin(std::string_view text);

// The text, with its final newline. A bad origin is a bug of ours.
[[nodiscard]] std::string checkpoint_text(const Checkpoint& checkpoint);
// The same on one line, for an entry that names a checkpoint.
[[nodiscard]] std::string one_line(const Checkpoint& checkpoint);
[[nodiscard]] Result<Checkpoint, CheckpointError> parse_checkpoint(std::string_view text);

// The checkpoint of a note that the log's own key has signed; the key's name is the origin.
[[nodiscard]] Result<Checkpoint, CheckpointError> open_checkpoint(std::string_view note,
                                                                  const crypto::NoteVerifier& log);

}  // namespace hub::audit
