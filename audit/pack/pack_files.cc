#include "audit/pack/pack_files.h"

#include <algorithm>
#include <array>

#include "audit/proof/note_lines.h"

namespace hub::audit {
namespace {

constexpr std::array kNeeded{kReadmeMember, kManifestMember, kEntriesMember,   kTableMember,
                             kPolicyMember, kQueryMember,    kCheckpointMember};
constexpr std::array kOptional{kCosignedMember, kCosignedProofMember, kSinceMember,
                               kSinceProofMember, kTokenMember};
constexpr std::string_view kProofsFolder = "proofs/";
constexpr std::string_view kProofSuffix = ".tlog-proof";

}  // namespace

std::string proof_member(std::uint64_t index) {
  return std::string(kProofsFolder) + std::to_string(index) + std::string(kProofSuffix);
}

bool is_needed_member(std::string_view name) {
  return std::ranges::find(kNeeded, name) != kNeeded.end();
}

bool is_pack_member(std::string_view name) {
  if (is_needed_member(name) || std::ranges::find(kOptional, name) != kOptional.end()) return true;
  const auto digits = behind(kProofsFolder, name);
  if (!digits || !digits->ends_with(kProofSuffix)) return false;
  return parse_number(digits->substr(0, digits->size() - kProofSuffix.size())).has_value();
}

}  // namespace hub::audit
