#include "audit/pack/pack_writer.h"

#include <utility>

#include "audit/pack/manifest.h"
#include "audit/pack/pack_files.h"
#include "audit/pack/pack_table.h"
#include "audit/proof/tlog_proof.h"
#include "audit/witness/add_checkpoint.h"
#include "core/crypto/time_stamp.h"

namespace hub::audit {
namespace {

// Less than what is read, so that a time stamp still fits.
constexpr std::size_t kLargestWritten = ZipLimits{}.unpacked - (4U << 20U);

void put(ZipMembers& members, std::string_view name, std::string content) {
  members.insert_or_assign(std::string(name), std::move(content));
}

void put_continued(ZipMembers& members, const SignedCheckpoint& newest,
                   const std::optional<ContinuedCheckpoint>& continued, std::string_view name,
                   std::string_view proof_name) {
  if (!continued) return;
  const auto& earlier = continued->earlier;
  put(members, name, earlier.note);
  put(members, proof_name,
      write_add_checkpoint({earlier.checkpoint.size, continued->proof, newest.note}));
}

}  // namespace

PackWriter::PackWriter(PackGround ground) : ground_(std::move(ground)), table_(pack_table_head()) {}

bool PackWriter::add(const PackedEntry& entry, const Leaf& leaf, std::vector<crypto::Digest> path) {
  const auto& cosigned = ground_.cosigned;
  const bool witnessed = cosigned && entry.index < cosigned->earlier.checkpoint.size;
  const TlogProof proof{to_buffer(as_bytes(entry.leaf)), entry.index, std::move(path),
                        witnessed ? cosigned->earlier.note : ground_.newest.note};
  auto text = write_tlog_proof(proof);
  const auto line = write_packed_entry(entry) + "\n";
  const auto row = pack_table_row(entry, leaf);
  bytes_ += text.size() + line.size() + row.size();
  if (bytes_ > kLargestWritten) return false;
  put(members_, proof_member(entry.index), std::move(text));
  lines_ += line;
  table_ += row;
  ++entries_;
  return true;
}

ZipMembers PackWriter::finish() && {
  put(members_, kReadmeMember, std::string(pack_readme()));
  put(members_, kEntriesMember, std::move(lines_));
  put(members_, kTableMember, std::move(table_));
  put(members_, kPolicyMember, write_tlog_policy(ground_.policy));
  put(members_, kCheckpointMember, ground_.newest.note);
  put_continued(members_, ground_.newest, ground_.cosigned, kCosignedMember, kCosignedProofMember);
  put_continued(members_, ground_.newest, ground_.since, kSinceMember, kSinceProofMember);
  const auto query = crypto::time_stamp_query(crypto::sha256(as_bytes(ground_.newest.note)));
  put(members_, kQueryMember, to_text(query));
  const Manifest manifest{ground_.policy.log.vkey(),
                          ground_.newest.checkpoint.size,
                          entries_,
                          ground_.not_signed_yet,
                          ground_.request,
                          members_of(members_)};
  put(members_, kManifestMember, write_manifest(manifest));
  return std::move(members_);
}

ZipMembers with_time_stamp(ZipMembers pack, Bytes token) {
  const auto found = pack.find(std::string(kManifestMember));
  require(found != pack.end(), "a pack has a manifest");
  auto manifest = promised(parse_manifest(found->second), "a pack's manifest can be read");
  put(pack, kTokenMember, to_text(token));
  manifest.members = members_of(pack);
  put(pack, kManifestMember, write_manifest(manifest));
  return pack;
}

}  // namespace hub::audit
