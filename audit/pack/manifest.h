// What a pack says of itself. It is not signed: what it says is compared with what is there.
//
//   {"format": "borough-hub/evidence-pack/v1", "log": vkey, "signed": entries under the checkpoint,
//    "entries": in the pack, "not_signed_yet": asked for and left out, "request": number of the
//    entry that records the making of the pack, where that is in it,
//    "members": {name: {"bytes", "sha256"}, ...}}
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "audit/pack/zip_archive.h"
#include "core/crypto/hash.h"

namespace hub::audit {

struct Manifest {
  struct Member {
    std::uint64_t bytes = 0;
    crypto::Digest sha256{};

    bool operator==(const Member&) const = default;
  };

  std::string log;
  std::uint64_t signed_entries = 0;
  std::uint64_t entries = 0;
  std::uint64_t not_signed_yet = 0;
  std::optional<std::uint64_t> request;
  std::map<std::string, Member> members;  // but the manifest

  bool operator==(const Manifest&) const = default;
};

[[nodiscard]] std::map<std::string, Manifest::Member> members_of(const ZipMembers& members);
[[nodiscard]] std::string write_manifest(const Manifest& manifest);
// Of the one spelling, or nothing.
[[nodiscard]] std::optional<Manifest> parse_manifest(std::string_view text);

}  // namespace hub::audit
