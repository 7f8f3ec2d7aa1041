#include "audit/pack/verify_pack.h"

#include <algorithm>

#include "audit/pack/manifest.h"
#include "audit/pack/pack_entries.h"
#include "audit/pack/pack_files.h"
#include "audit/pack/pack_findings.h"
#include "audit/pack/pack_signatures.h"

namespace hub::audit {
namespace {

constexpr std::size_t kLongestNameShown = 60;

// A stranger's name, so that it steers no terminal.
std::string shown_name(std::string_view name) {
  std::string out(name.substr(0, kLongestNameShown));
  std::ranges::replace_if(out, [](char c) { return c < ' ' || c > '~'; }, '?');
  return "\"" + out + (name.size() > kLongestNameShown ? "...\"" : "\"");
}

void check_names(const ZipContent& pack, PackFindings& findings) {
  for (const auto& name : pack.strange) {
    findings.add(shown_name(name), "no pack has a member of this name");
  }
  findings.insist(!pack.doubled, "archive", "two members have one name");
  for (const auto name : {kReadmeMember, kManifestMember, kEntriesMember, kTableMember,
                          kPolicyMember, kCheckpointMember, kQueryMember}) {
    findings.insist(has_member(pack.members, name), name, "it is missing");
  }
  const bool halves =
      has_member(pack.members, kCosignedMember) == has_member(pack.members, kCosignedProofMember) &&
      has_member(pack.members, kSinceMember) == has_member(pack.members, kSinceProofMember);
  findings.insist(halves, "archive",
                  "an earlier checkpoint comes without the proof that the log continues it, or the "
                  "proof without the checkpoint");
}

void check_members(const ZipMembers& pack, const Manifest& manifest, PackFindings& findings) {
  const auto there = members_of(pack);
  for (const auto& [name, member] : manifest.members) {
    const auto found = there.find(name);
    if (found == there.end()) {
      findings.add(name, "the manifest names it, and it is missing");
    } else {
      findings.insist(found->second == member, name, "it is not as the manifest says");
    }
  }
  for (const auto& [name, member] : there) {
    findings.insist(manifest.members.contains(name), name, "the manifest does not name it");
  }
}

void check_manifest(const Manifest& manifest, const PackReport& report, const ZipMembers& pack,
                    PackFindings& findings) {
  if (report.checkpoint) {
    findings.insist(manifest.signed_entries == report.checkpoint->size, kManifestMember,
                    "it tells another size of the signed log than the checkpoint");
  }
  const auto policy = parse_tlog_policy(content_of(pack, kPolicyMember));
  findings.insist(!policy || policy->log.vkey() == manifest.log, kManifestMember,
                  "it names another log than the policy");
}

}  // namespace

PackReport verify_pack(const ZipContent& pack, const PackTrust& trust) {
  PackReport report;
  PackFindings findings;
  check_names(pack, findings);
  const auto manifest = parse_manifest(content_of(pack.members, kManifestMember));
  if (manifest) {
    check_members(pack.members, *manifest, findings);
  } else if (has_member(pack.members, kManifestMember)) {
    findings.add(kManifestMember, "it is no manifest of a pack in its one valid form");
  }
  check_pack_signatures(pack.members, trust, findings, report);
  if (manifest) {
    check_manifest(*manifest, report, pack.members, findings);
    check_pack_entries(pack.members, *manifest, findings, report);
  }
  report.findings = findings.take();
  return report;
}

}  // namespace hub::audit
