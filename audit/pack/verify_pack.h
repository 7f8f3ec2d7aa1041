// Verification of an evidence pack: no key but the log's public one, no store, no daemon, no
// network. Nothing that the pack says is believed that it does not prove, except what the report
// tells to be its word alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/pack/zip_archive.h"
#include "audit/proof/checkpoint.h"
#include "audit/witness/quorum.h"
#include "audit/witness/tlog_policy.h"
#include "core/crypto/time_stamp.h"

namespace hub::audit {

// What whoever verifies knows without the pack.
struct PackTrust {
  std::optional<crypto::NoteVerifier> log;  // its key by the register
  std::optional<TlogPolicy> policy;         // the log's and the witnesses'; goes before `log`
  std::string authorities;                  // certificates (PEM) of time-stamping authorities
};

struct PackReport {
  std::vector<std::string> findings;  // a line each, at most 1,000; none means sound

  std::optional<Checkpoint> checkpoint;
  std::optional<Checkpoint> since;
  std::optional<Witnessing> cosigned;
  std::size_t witnesses = 0;
  std::size_t quorum = 0;
  std::optional<crypto::TimeStamp> stamp;
  bool stamp_verified = false;   // under the caller's certificates
  bool log_key_given = false;    // false: the pack's own word on who the log is
  bool witnesses_given = false;  // false: the pack's own word on who the witnesses are

  std::uint64_t entries = 0;
  std::uint64_t witnessed_entries = 0;  // under the quorum's cosignatures
  std::uint64_t opened = 0;             // items, each fitting its leaf
  std::uint64_t closed = 0;
  std::uint64_t erased = 0;
  std::uint64_t erased_details = 0;
  std::uint64_t not_signed_yet = 0;      // asked for and left out, as the pack says
  std::optional<std::uint64_t> request;  // the entry that records the making of the pack

  [[nodiscard]] bool sound() const { return findings.empty(); }
};

// `pack` as read_zip() gave it with is_pack_member().
[[nodiscard]] PackReport verify_pack(const ZipContent& pack, const PackTrust& trust);

}  // namespace hub::audit
