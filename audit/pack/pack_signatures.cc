#include "audit/pack/pack_signatures.h"

#include <utility>

#include "audit/pack/pack_files.h"
#include "audit/proof/tree_proof.h"
#include "audit/witness/add_checkpoint.h"

namespace hub::audit {
namespace {

const crypto::NoteVerifier* given_key(const PackTrust& trust) {
  if (trust.policy) return &trust.policy->log;
  return trust.log ? &*trust.log : nullptr;
}

// Whose signatures count: what the caller knows goes before what the pack says.
std::optional<TlogPolicy> keys_that_count(std::string_view own_text, const PackTrust& trust,
                                          PackFindings& findings) {
  auto own = parse_tlog_policy(own_text);
  if (!own) {
    findings.add(kPolicyMember, "it is no policy of a log: log, witnesses, group, quorum");
    return std::nullopt;
  }
  const auto* const given = given_key(trust);
  if (given != nullptr && given->vkey() != own->log.vkey()) {
    findings.add(kPolicyMember,
                 "it names another key than the log's that was given: the pack is of another log, "
                 "or its key was changed");
  }
  if (trust.policy) return trust.policy;
  findings.insist(own->quorum >= quorum_of(own->witnesses.size()), kPolicyMember,
                  "it asks for fewer witnesses than are needed so that no fork passes");
  if (given != nullptr) own->log = *given;
  return own;
}

class Signatures {
 public:
  Signatures(const ZipMembers& pack, const PackTrust& trust, TlogPolicy policy,
             PackFindings& findings, PackReport& report)
      : pack_(pack),
        trust_(trust),
        policy_(std::move(policy)),
        findings_(findings),
        report_(report) {}

  void check() {
    report_.witnesses = policy_.witnesses.size();
    report_.quorum = policy_.quorum;
    auto newest = open_checkpoint(content_of(pack_, kCheckpointMember), policy_.log);
    if (!newest) {
      findings_.add(kCheckpointMember, describe(newest.error()));
      return;
    }
    newest_ = *newest;
    report_.checkpoint = std::move(*newest);
    check_cosigned();
    check_since();
    check_stamp();
  }

 private:
  void check_cosigned() {
    if (!has_member(pack_, kCosignedMember)) return;
    auto cosigned = check_quorum(content_of(pack_, kCosignedMember), policy_.log, policy_.witnesses,
                                 policy_.quorum);
    if (!cosigned) {
      findings_.add(kCosignedMember, describe(cosigned.error()));
      return;
    }
    if (!cosigned->has_quorum()) {
      findings_.add(kCosignedMember, "only " + std::to_string(cosigned->cosignatures.size()) +
                                         " of the witnesses have cosigned it, and " +
                                         std::to_string(policy_.quorum) + " are needed");
      return;
    }
    if (!continues(cosigned->checkpoint, kCosignedProofMember)) return;
    report_.cosigned = std::move(*cosigned);
  }

  void check_since() {
    if (!has_member(pack_, kSinceMember)) return;
    auto since = open_checkpoint(content_of(pack_, kSinceMember), policy_.log);
    if (!since) {
      findings_.add(kSinceMember, describe(since.error()));
    } else if (continues(*since, kSinceProofMember)) {
      report_.since = std::move(*since);
    }
  }

  // That the pack's newest tree begins with the earlier one.
  bool continues(const Checkpoint& earlier, std::string_view member) {
    const auto request = parse_add_checkpoint(content_of(pack_, member));
    if (!request) {
      findings_.add(member, "it is no proof of consistency");
      return false;
    }
    const bool fits =
        request->old_size == earlier.size && request->note == content_of(pack_, kCheckpointMember);
    if (!findings_.insist(fits, member, "it is the proof for other checkpoints")) return false;
    return findings_.insist(
        earlier.size > 0 &&
            is_consistent(earlier.size, earlier.root, newest_.size, newest_.root, request->proof),
        member, "it does not show that the signed log continues the earlier one");
  }

  void check_stamp() {
    const auto digest = crypto::sha256(as_bytes(content_of(pack_, kCheckpointMember)));
    findings_.insist(
        same_bytes(as_bytes(content_of(pack_, kQueryMember)), crypto::time_stamp_query(digest)),
        kQueryMember, "it does not ask about the checkpoint");
    if (!has_member(pack_, kTokenMember)) return;
    const auto token = as_bytes(content_of(pack_, kTokenMember));
    const bool can_verify = !trust_.authorities.empty();
    const auto stamp = can_verify ? crypto::verify_time_stamp(token, digest, trust_.authorities)
                                  : crypto::read_time_stamp(token);
    if (!stamp) {
      findings_.add(kTokenMember, crypto::describe(stamp.error()));
    } else if (findings_.insist(stamp->digest == digest, kTokenMember,
                                describe(crypto::TimeStampError::OtherDigest))) {
      report_.stamp = *stamp;
      report_.stamp_verified = can_verify;
    }
  }

  const ZipMembers& pack_;
  const PackTrust& trust_;
  const TlogPolicy policy_;
  PackFindings& findings_;
  PackReport& report_;
  Checkpoint newest_;
};

}  // namespace

void check_pack_signatures(const ZipMembers& pack, const PackTrust& trust, PackFindings& findings,
                           PackReport& report) {
  report.log_key_given = given_key(trust) != nullptr;
  report.witnesses_given = trust.policy.has_value();
  auto policy = keys_that_count(content_of(pack, kPolicyMember), trust, findings);
  if (policy) Signatures(pack, trust, std::move(*policy), findings, report).check();
}

}  // namespace hub::audit
