// What a log asks of a witness: the body of C2SP tlog-witness v1.0.0 add-checkpoint.
//
//   "old " size "\n"               of the tree that the witness cosigned last, 0 for none
//   *63( base64(hash) "\n" )       the proof that the tree of the checkpoint begins with that one
//   "\n"
//   the signed checkpoint, verbatim
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/crypto/hash.h"

namespace hub::audit {

struct AddCheckpoint {
  std::uint64_t old_size = 0;
  std::vector<crypto::Digest> proof;
  std::string note;

  bool operator==(const AddCheckpoint&) const = default;
};

// More than 63 hashes are a bug of ours.
[[nodiscard]] std::string write_add_checkpoint(const AddCheckpoint& request);
// At most 256 KiB of one spelling, and a note of any text; otherwise nothing, which a witness
// answers with 400.
[[nodiscard]] std::optional<AddCheckpoint> parse_add_checkpoint(std::string_view body);

}  // namespace hub::audit
