#include "audit/pack/pack_entries.h"

#include <algorithm>
#include <set>

#include "audit/evidence/packed_entry.h"
#include "audit/pack/pack_files.h"
#include "audit/pack/pack_table.h"
#include "audit/proof/note_lines.h"
#include "audit/proof/tlog_proof.h"
#include "core/crypto/merkle.h"

namespace hub::audit {
namespace {

class Entries {
 public:
  Entries(const ZipMembers& pack, const Manifest& manifest, PackFindings& findings,
          PackReport& report)
      : pack_(pack), manifest_(manifest), findings_(findings), report_(report) {}

  void check() {
    auto lines = content_of(pack_, kEntriesMember);
    while (const auto line = take_line(lines)) check_line(*line);
    findings_.insist(lines.empty(), kEntriesMember, "it breaks off within a line");
    findings_.insist(table_ == content_of(pack_, kTableMember), kTableMember,
                     "it says something else than entries.ndjson");
    findings_.insist(report_.entries == manifest_.entries, kEntriesMember,
                     "it holds " + std::to_string(report_.entries) +
                         " entries, the manifest says " + std::to_string(manifest_.entries));
    check_no_other_proofs();
    check_request();
  }

 private:
  void check_line(std::string_view line) {
    const auto entry = parse_packed_entry(line);
    if (!entry) {
      findings_.add(kEntriesMember, "line " + std::to_string(report_.entries + 1) + ": " +
                                        std::string(describe(entry.error())));
      ++report_.entries;
      return;
    }
    ++report_.entries;
    const auto about = "entry " + std::to_string(entry->index);
    if (last_ && entry->index <= *last_) {
      findings_.add(kEntriesMember, about + " stands in the wrong place, or twice");
      return;
    }
    last_ = entry->index;
    indices_.insert(entry->index);
    const auto leaf = check_packed_entry(*entry);
    if (leaf) {
      table_ += pack_table_row(*entry, *leaf);
      count_items(*entry);
      if (manifest_.request == entry->index) request_ = *leaf;
    } else {
      findings_.add(kEntriesMember, about + ": " + std::string(describe(leaf.error())));
    }
    check_proof(*entry);
  }

  void count_items(const PackedEntry& entry) {
    for (const auto& packed : entry.items) {
      if (packed.item.open() != nullptr) {
        ++report_.opened;
      } else {
        ++(packed.erased ? report_.erased : report_.closed);
      }
    }
    if (entry.detail_erased) ++report_.erased_details;
  }

  void check_proof(const PackedEntry& entry) {
    const auto member = proof_member(entry.index);
    const auto about = "entry " + std::to_string(entry.index);
    if (!has_member(pack_, member)) {
      findings_.add(kEntriesMember, about + " comes without its proof");
      return;
    }
    const auto proof = parse_tlog_proof(content_of(pack_, member));
    if (!proof) {
      findings_.add(member, describe(proof.error()));
      return;
    }
    const auto& brought = proof->extra;
    const bool same =
        proof->index == entry.index && brought && same_bytes(*brought, as_bytes(entry.leaf));
    if (!findings_.insist(same, member,
                          "it is the proof of another entry than entries.ndjson has")) {
      return;
    }
    check_place(entry, *proof, member);
  }

  // The notes were verified once; a proof brings one of them, byte for byte.
  void check_place(const PackedEntry& entry, const TlogProof& proof, const std::string& member) {
    const auto* const tree = tree_of(proof.checkpoint);
    if (tree == nullptr) {
      findings_.add(member, "its checkpoint is none of this pack's that hold");
      return;
    }
    const auto hash = crypto::leaf_hash(as_bytes(entry.leaf));
    const auto root = crypto::root_of_path(hash, entry.index, tree->size, proof.path);
    if (!findings_.insist(root == tree->root, member, describe(TlogProofError::NotInTheTree))) {
      return;
    }
    // The newest tree begins with the cosigned one, so either proof will do.
    const auto& cosigned = report_.cosigned;
    if (cosigned && entry.index < cosigned->checkpoint.size) ++report_.witnessed_entries;
  }

  [[nodiscard]] const Checkpoint* tree_of(std::string_view note) const {
    if (report_.cosigned && note == content_of(pack_, kCosignedMember)) {
      return &report_.cosigned->checkpoint;
    }
    const bool newest = report_.checkpoint && note == content_of(pack_, kCheckpointMember);
    return newest ? &*report_.checkpoint : nullptr;
  }

  void check_no_other_proofs() {
    std::set<std::string> expected;
    for (const auto index : indices_) expected.insert(proof_member(index));
    for (const auto& [name, content] : pack_) {
      if (name.starts_with("proofs/") && !expected.contains(name)) {
        findings_.add(name, "it proves an entry that is not in entries.ndjson");
      }
    }
  }

  // The log itself says how many entries were asked for when this pack was made.
  void check_request() {
    report_.not_signed_yet = manifest_.not_signed_yet;
    if (!manifest_.request) return;
    const auto about = "entry " + std::to_string(*manifest_.request);
    if (!request_ || request_->entry.act != "consultation" ||
        request_->entry.outcome != "evidence-packed") {
      findings_.add(kManifestMember, about + " does not record the making of this pack");
      return;
    }
    report_.request = manifest_.request;
    const auto there = report_.entries - 1 + manifest_.not_signed_yet;
    findings_.insist(request_->entry.count == there, kEntriesMember,
                     "by " + about + " " + std::to_string(request_->entry.count) +
                         " entries were packed, and " + std::to_string(there) +
                         " are accounted for");
  }

  const ZipMembers& pack_;
  const Manifest& manifest_;
  PackFindings& findings_;
  PackReport& report_;
  std::string table_ = pack_table_head();
  std::optional<std::uint64_t> last_;
  std::set<std::uint64_t> indices_;
  std::optional<Leaf> request_;
};

}  // namespace

void check_pack_entries(const ZipMembers& pack, const Manifest& manifest, PackFindings& findings,
                        PackReport& report) {
  Entries(pack, manifest, findings, report).check();
}

}  // namespace hub::audit
