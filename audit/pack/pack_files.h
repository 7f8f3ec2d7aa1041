// What an evidence pack consists of: a zip archive of these members and no others.
//
//   README.txt              what this is and how to verify it
//   manifest.json           the other members, with their SHA-256 (manifest.h)
//   entries.ndjson          the entries, a line each (audit/evidence/packed_entry.h)
//   entries.csv             the same for a spreadsheet (pack_table.h)
//   policy                  public keys of log and witnesses, and the quorum (tlog-policy)
//   checkpoint              the newest that the log has signed (signed note, tlog-checkpoint)
//   cosigned                the newest with a quorum of cosignatures, once there is one
//   cosigned.consistency    that `checkpoint` continues it (tlog-witness add-checkpoint body)
//   since, since.consistency   the same for a checkpoint that was held from before
//   proofs/N.tlog-proof     for each entry, with its leaf (tlog-proof): in the tree of `cosigned`
//                           where that covers it, else in that of `checkpoint`
//   checkpoint.tsq          the question to a time-stamping authority about `checkpoint` (RFC 3161)
//   checkpoint.tsr          its answer, once there is one
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hub::audit {

inline constexpr std::string_view kReadmeMember = "README.txt";
inline constexpr std::string_view kManifestMember = "manifest.json";
inline constexpr std::string_view kEntriesMember = "entries.ndjson";
inline constexpr std::string_view kTableMember = "entries.csv";
inline constexpr std::string_view kPolicyMember = "policy";
inline constexpr std::string_view kCheckpointMember = "checkpoint";
inline constexpr std::string_view kCosignedMember = "cosigned";
inline constexpr std::string_view kCosignedProofMember = "cosigned.consistency";
inline constexpr std::string_view kSinceMember = "since";
inline constexpr std::string_view kSinceProofMember = "since.consistency";
inline constexpr std::string_view kQueryMember = "checkpoint.tsq";
inline constexpr std::string_view kTokenMember = "checkpoint.tsr";

[[nodiscard]] std::string proof_member(std::uint64_t index);
// One of the names above and nothing else: no folder but proofs/, no other spelling.
[[nodiscard]] bool is_pack_member(std::string_view name);
// Without which a pack is none.
[[nodiscard]] bool is_needed_member(std::string_view name);

// The README: the same in every pack.
[[nodiscard]] std::string_view pack_readme();

}  // namespace hub::audit
