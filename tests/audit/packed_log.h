// A log in memory with details, its witnesses, and evidence packs of it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "audit/evidence/packed_entry.h"
#include "audit/log/entry.h"
#include "audit/pack/pack_files.h"
#include "audit/pack/pack_writer.h"
#include "audit/pack/verify_pack.h"
#include "audit/proof/tree_proof.h"
#include "core/crypto/merkle.h"
#include "core/crypto/note.h"
#include "core/crypto/signing.h"

namespace hub::audit {

class LeafHashes final : public HashSource {
 public:
  explicit LeafHashes(std::vector<crypto::Digest> hashes) : hashes_(std::move(hashes)) {}
  [[nodiscard]] crypto::Digest hash(unsigned level, std::uint64_t index) override {
    const auto count = std::size_t{1} << level;
    return crypto::merkle_root(std::span(hashes_).subspan(index * count, count));
  }

 private:
  std::vector<crypto::Digest> hashes_;
};

struct PackedLog {
  static constexpr std::uint64_t kSize = 20;      // entries; the last records the packing
  static constexpr std::uint64_t kCosigned = 15;  // of them under the quorum
  static constexpr std::size_t kWitnesses = 4;    // of whom 3 are needed

  std::string origin = "test.hub/audit/E09000012";
  crypto::LogKey key = crypto::LogKey::generate();
  std::vector<crypto::WitnessKey> witness_keys;
  std::vector<std::string> leaves;
  std::vector<std::vector<Item>> items;

  PackedLog() {
    for (std::size_t i = 0; i < kWitnesses; ++i) {
      witness_keys.push_back(crypto::WitnessKey::generate());
    }
    for (std::uint64_t i = 0; i < kSize; ++i) append(i);
  }

  void append(std::uint64_t number) {
    Leaf leaf;
    leaf.party = "E09000012";
    leaf.index = number;
    leaf.time = from_ms(1'795'262'400'000 + static_cast<std::int64_t>(number));
    leaf.entry.act = "disclosure";
    leaf.entry.outcome = "sealed";
    leaf.entry.count = 2;
    Detail detail = detail_by("=ann\n\"of\" Hackney");
    detail.record_ids = {record(number), record(number + 100)};
    if (number == 3) detail = {};
    if (number + 1 == kSize) {
      leaf.entry.act = "consultation";
      leaf.entry.outcome = "evidence-packed";
      leaf.entry.count = wanted().size();
      detail.justification = "a complaint";
    }
    items.push_back(items_of(detail));
    if (!items.back().empty()) leaf.detail = commitment_to(items.back());
    leaves.push_back(write_leaf(leaf));
  }

  // Of which entry 8 has an erased item, 9 an erased detail and 3 none; 16 is not cosigned.
  static std::vector<std::uint64_t> wanted() { return {2, 3, 8, 9, 16}; }
  static Uuid record(std::uint64_t number) {
    Uuid out;
    out.bytes[15] = static_cast<std::uint8_t>(number);
    return out;
  }

  [[nodiscard]] LeafHashes tree() const {
    std::vector<crypto::Digest> hashes;
    for (const auto& leaf : leaves) hashes.push_back(crypto::leaf_hash(as_bytes(leaf)));
    return LeafHashes(std::move(hashes));
  }
  [[nodiscard]] crypto::NoteVerifier verifier() const { return {origin, key.verify_key().bytes}; }
  static std::string witness_name(std::size_t i) { return "test.hub/witness/" + std::to_string(i); }
  [[nodiscard]] TlogPolicy policy() const {
    std::vector<crypto::CosignatureVerifier> witnesses;
    for (std::size_t i = 0; i < witness_keys.size(); ++i) {
      witnesses.emplace_back(witness_name(i), witness_keys[i].verify_key().bytes);
    }
    return policy_of(verifier(), std::move(witnesses));
  }
  [[nodiscard]] SignedCheckpoint checkpoint(std::uint64_t size) const {
    auto source = tree();
    Checkpoint out{origin, size, tree_root(source, size)};
    return {crypto::sign_note(checkpoint_text(out), origin, key), out};
  }
  [[nodiscard]] SignedCheckpoint cosigned(std::uint64_t size, std::size_t by = 3) const {
    auto out = checkpoint(size);
    for (std::size_t i = 0; i < by; ++i) {
      out.note += crypto::cosignature_line(checkpoint_text(out.checkpoint), 1'795'262'400 + i,
                                           witness_name(i), witness_keys[i]);
    }
    return out;
  }
  [[nodiscard]] ContinuedCheckpoint continued(SignedCheckpoint earlier) const {
    auto source = tree();
    const auto size = earlier.checkpoint.size;
    return {std::move(earlier), consistency_proof(source, size, kSize)};
  }
  [[nodiscard]] PackGround ground() const {
    return {policy(), checkpoint(kSize), continued(cosigned(kCosigned)), continued(checkpoint(7)),
            0,        kSize - 1};
  }

  [[nodiscard]] PackedEntry packed(std::uint64_t index) const {
    PackedEntry out{index, leaves[index], {}, index == 9};
    if (index == 9) return out;
    for (std::size_t i = 0; i < items[index].size(); ++i) {
      const auto& item = items[index][i];
      const bool gone = index == 8 && i == 1;
      const bool opened = !gone && i < 2;
      out.items.push_back({opened ? item : erased(item), gone});
    }
    return out;
  }

  // `change` sees each entry before it goes into the pack.
  template <class Change>
  [[nodiscard]] ZipMembers pack(PackGround on, Change change) const {
    const auto size = on.newest.checkpoint.size;
    const auto witnessed = on.cosigned ? on.cosigned->earlier.checkpoint.size : 0;
    PackWriter writer(std::move(on));
    auto source = tree();
    auto indices = wanted();
    indices.push_back(kSize - 1);
    for (const auto index : indices) {
      auto entry = packed(index);
      if (!change(entry)) continue;
      const auto leaf = parse_leaf(entry.leaf);
      const auto path = inclusion_proof(source, index, index < witnessed ? witnessed : size);
      EXPECT_TRUE(leaf && writer.add(entry, *leaf, path));
    }
    return std::move(writer).finish();
  }
  [[nodiscard]] ZipMembers pack(PackGround on) const {
    return pack(std::move(on), [](PackedEntry&) { return true; });
  }
  [[nodiscard]] ZipMembers pack() const { return pack(ground()); }

  [[nodiscard]] PackReport verify(const ZipMembers& members) const {
    return verify_pack({members, {}, false}, {verifier(), std::nullopt, ""});
  }
};

}  // namespace hub::audit
