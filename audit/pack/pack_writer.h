// Makes the members of an evidence pack out of what a log's daemon has answered. Nothing is
// verified here: verify_pack() is for that, of one's own packs too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/evidence/packed_entry.h"
#include "audit/pack/zip_archive.h"
#include "audit/proof/checkpoint.h"
#include "audit/witness/tlog_policy.h"

namespace hub::audit {

struct SignedCheckpoint {
  std::string note;
  Checkpoint checkpoint;
};

// An earlier checkpoint, and that the newest continues it.
struct ContinuedCheckpoint {
  SignedCheckpoint earlier;
  std::vector<crypto::Digest> proof;
};

struct PackGround {
  TlogPolicy policy;
  SignedCheckpoint newest;
  std::optional<ContinuedCheckpoint> cosigned;
  std::optional<ContinuedCheckpoint> since;
  std::uint64_t not_signed_yet = 0;
  std::optional<std::uint64_t> request;
};

class PackWriter {
 public:
  explicit PackWriter(PackGround ground);

  // The next entry, rising, with its leaf and the path to the root of the cosigned tree where that
  // covers it, else of the newest. False when the pack would be too large to be read again.
  [[nodiscard]] bool add(const PackedEntry& entry, const Leaf& leaf,
                         std::vector<crypto::Digest> path);
  [[nodiscard]] ZipMembers finish() &&;

 private:
  PackGround ground_;
  ZipMembers members_;
  std::string lines_;
  std::string table_;
  std::uint64_t entries_ = 0;
  std::size_t bytes_ = 0;
};

// The pack with the authority's answer in it. A pack without a manifest is a bug of ours.
[[nodiscard]] ZipMembers with_time_stamp(ZipMembers pack, Bytes token);

}  // namespace hub::audit
