// A stretch of a log's leaves as others keep them: sealed to the log's recovery key, signed by its
// owner, with the cosigned checkpoint that covers them. A holder proves what it is without opening
// it; whoever has the recovery key opens it and believes the checkpoint alone.
//
//   version:u8 = 1  origin  from:u64  to:u64  key:32  checkpoint  encapsulated:32  sealed
//   signature:64
//
// big-endian; origin, checkpoint and sealed each behind a u32 length. The signature is Ed25519 by
// the owner's identity key over "hub/mirror/v1" || hub || all that stands before it. Sealed is HPKE
// (RFC 9180) with a fresh context each, info "hub/mirror/v1" || hub, associated data origin || from
// || to, over the leaves `from` up to and without `to` in a row (audit/proof/entry_stream.h).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/crypto/hpke.h"
#include "core/crypto/secret.h"
#include "core/crypto/signing.h"

namespace hub::audit {

inline constexpr std::string_view kMirrorContext = "hub/mirror/v1";
// Of the leaves of one block, in a row.
inline constexpr std::size_t kLargestRow = 256U << 10U;
// With the cosignatures of 256 witnesses.
inline constexpr std::size_t kLargestMirrorNote = 64U << 10U;
inline constexpr std::size_t kLargestBlock = 352U << 10U;

struct MirrorBlock {
  std::string origin;
  std::uint64_t from = 0;
  std::uint64_t to = 0;  // above `from`
  crypto::RecoveryPublic key{};
  std::string checkpoint;  // a note
  crypto::Encapsulated encapsulated{};
  Buffer sealed;
  crypto::Signature signature{};

  bool operator==(const MirrorBlock&) const = default;
};

[[nodiscard]] Buffer write_block(const MirrorBlock& block);
// Exactly the bytes that write_block() gives, nothing else. Nothing is proven yet.
[[nodiscard]] std::optional<MirrorBlock> parse_block(Bytes bytes);
[[nodiscard]] bool is_signed_by(const MirrorBlock& block, std::string_view hub,
                                const crypto::VerifyKey<crypto::Identity>& owner);

// Of these leaves, the first of which has the number block.from; they fit a row. Fills in `to`,
// what is sealed and the signature. A recovery key of low order is a bug: it is refused when read.
void seal_leaves(MirrorBlock& block, std::span<const std::string> leaves, std::string_view hub,
                 const crypto::IdentityKey& owner);
// Nothing where it was sealed to another key, for another place, or holds another number of leaves.
[[nodiscard]] std::optional<std::vector<std::string>> open_leaves(
    const MirrorBlock& block, std::string_view hub, const crypto::RecoverySecret& secret);

}  // namespace hub::audit
