// What the owner of a log and a holder of its mirrored leaves say to each other, in the bodies of
// MirrorRequest and MirrorAnswer (schemas/message.h). The broker carries it, and can withhold it.
//
//   request   1 standing   origin  key:32             what do you have?
//             2 keep       block                      keep this (mirror_block.h)
//             3 give       origin  key:32  from:u64   the block with that leaf
//   answer    1 standing   origin  key:32  entries:u64  last:u64  signature:64
//             2 refused    reason:u8
//             3 block      block, or nothing where there is none
//
// Each begins with its number, a byte; origin stands behind a u32 length. A standing is signed by
// the holder's identity key over "hub/mirror/v1" || "standing" || hub || holder || all before it,
// so that a broker cannot say that something is kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "audit/mirror/mirror_block.h"

namespace hub::audit {

// Which mirror: a log's leaves under one recovery key.
struct MirrorName {
  std::string origin;
  crypto::RecoveryPublic key{};

  bool operator==(const MirrorName&) const = default;
};

// How far a holder is: leaves before number `entries`; its last block begins at `last` and is the
// one that a later block may replace.
struct MirrorStanding {
  std::uint64_t entries = 0;
  std::uint64_t last = 0;

  bool operator==(const MirrorStanding&) const = default;
};

struct MirrorAsk {
  MirrorName name;

  bool operator==(const MirrorAsk&) const = default;
};
struct MirrorGive {
  MirrorName name;
  std::uint64_t from = 0;

  bool operator==(const MirrorGive&) const = default;
};
using MirrorQuestion = std::variant<MirrorAsk, MirrorBlock, MirrorGive>;

struct MirrorHas {
  MirrorName name;
  MirrorStanding standing;
  crypto::Signature signature{};

  bool operator==(const MirrorHas&) const = default;
};
// Numbered as they travel.
enum class MirrorRefusal : std::uint8_t {
  NotHolder = 1,  // by the register, somebody else keeps this log
  NotBelieved,    // not this log's, not signed by its owner, or no checkpoint covers it
  Full,           // it keeps no more of this log
};
[[nodiscard]] std::string_view describe(MirrorRefusal refusal);
struct MirrorGiven {
  std::optional<MirrorBlock> block;

  bool operator==(const MirrorGiven&) const = default;
};
using MirrorReply = std::variant<MirrorHas, MirrorRefusal, MirrorGiven>;

[[nodiscard]] Buffer write_question(const MirrorQuestion& question);
[[nodiscard]] std::optional<MirrorQuestion> parse_question(Bytes body);
[[nodiscard]] Buffer write_reply(const MirrorReply& reply);
[[nodiscard]] std::optional<MirrorReply> parse_reply(Bytes body);

[[nodiscard]] MirrorHas signed_standing(MirrorName name, MirrorStanding standing,
                                        std::string_view hub, std::string_view holder,
                                        const crypto::IdentityKey& key);
[[nodiscard]] bool is_signed_by(const MirrorHas& has, std::string_view hub, std::string_view holder,
                                const crypto::VerifyKey<crypto::Identity>& key);

}  // namespace hub::audit
