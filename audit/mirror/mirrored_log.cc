#include "audit/mirror/mirrored_log.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "audit/log/entry.h"
#include "audit/witness/quorum.h"
#include "core/crypto/merkle.h"

namespace hub::audit {
namespace {

// Of leaves, in memory while they are restored.
constexpr std::size_t kMostRestored = std::size_t{512} << 20U;

bool is_leaf_of(const std::string& bytes, std::uint64_t index) {
  const auto leaf = parse_leaf(bytes);
  return leaf && leaf->index == index;
}

}  // namespace

std::string_view describe(MirrorFault fault) {
  switch (fault) {
    case MirrorFault::OtherBlock: return "it gave another block than was asked for";
    case MirrorFault::WrongKey: return "the recovery key does not open its blocks";
    case MirrorFault::TooMuch: return "it has more entries than are restored at once";
    case MirrorFault::NotThere: return "what it has does not go as far as witnesses have cosigned";
  }
  return "it gave another block than was asked for";
}

MirroredLog::MirroredLog(MirrorName name, std::string hub, Frontier own)
    : name_(std::move(name)), hub_(std::move(hub)), own_(std::move(own)) {}

Result<void, MirrorFault> MirroredLog::take(const MirrorBlock& block,
                                            const crypto::RecoverySecret& secret) {
  const bool wanted = block.origin == name_.origin && block.key == name_.key &&
                      block.from <= next() && block.to > next();
  if (!wanted) return fail(MirrorFault::OtherBlock);
  auto leaves = open_leaves(block, hub_, secret);
  if (!leaves) return fail(MirrorFault::WrongKey);
  // Of the first block some leaves may be there already.
  for (auto number = next(); number < block.to; ++number) {
    auto& leaf = (*leaves)[number - block.from];
    bytes_ += leaf.size();
    if (bytes_ > kMostRestored) return fail(MirrorFault::TooMuch);
    leaves_.push_back(std::move(leaf));
  }
  const auto text = crypto::unverified_text(block.checkpoint);
  const auto claimed = text ? parse_checkpoint(*text) : parse_checkpoint("");
  if (!claimed) return {};
  auto& notes = notes_[claimed->size];
  // Those of one round are the same, byte for byte.
  if (std::ranges::find(notes, block.checkpoint) == notes.end()) notes.push_back(block.checkpoint);
  return {};
}

Result<MirroredLeaves, MirrorFault> MirroredLog::verified(
    const crypto::NoteVerifier& log, std::span<const crypto::CosignatureVerifier> witnesses,
    std::uint64_t least) && {
  auto tree = own_;
  std::optional<MirroredLeaves> out;
  for (const auto& leaf : leaves_) {
    if (!is_leaf_of(leaf, tree.size())) break;
    tree.append(crypto::leaf_hash(as_bytes(leaf)));
    const auto notes = notes_.find(tree.size());
    if (notes == notes_.end()) continue;
    for (const auto& note : notes->second) {
      const auto seen = check_quorum(note, log, witnesses, quorum_of(witnesses.size()));
      if (!seen || !seen->has_quorum() || seen->checkpoint.root != tree.root()) continue;
      auto own = crypto::only_signed_by(log, note);
      if (own) out = MirroredLeaves{own_.size(), {}, seen->checkpoint, std::move(*own)};
    }
  }
  if (!out || out->checkpoint.size < least) return fail(MirrorFault::NotThere);
  leaves_.resize(out->checkpoint.size - own_.size());
  out->leaves = std::move(leaves_);
  return std::move(*out);
}

}  // namespace hub::audit
