// Zip archives in memory, within bounds: what is read comes from anybody.
//
// Read are plain archives alone: stored or deflated members, none encrypted, all named within the
// bounds, whose directory fits their headers. Written archives hold no time and no machine: the
// same members make the same bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace hub::audit {

using ZipMembers = std::map<std::string, std::string>;

struct ZipLimits {
  std::size_t archive = 128U << 20U;  // bytes
  std::size_t members = 10'100;
  std::size_t member = 192U << 20U;  // bytes, unpacked
  std::size_t unpacked = 256U << 20U;
  std::size_t ratio = 100;  // that much larger unpacked, beyond the first MiB, is a bomb
};

enum class ZipFault : std::uint8_t {
  NoArchive,  // or one that breaks off, or contradicts itself
  TooLarge,   // too many bytes, packed or unpacked, or too many members
  Bomb,       // unpacks to far more than it takes
  OtherKind,  // encrypted, or packed in a way that these archives are not
  Damaged,    // a member that does not unpack to what the archive says of it
};
[[nodiscard]] std::string_view describe(ZipFault fault);

struct ZipContent {
  ZipMembers members;
  std::vector<std::string> strange;  // names that were refused; of those only the names were read
  bool doubled = false;              // two members have one name; the first was taken
};

// `takes` says which names are read; a name is any bytes.
[[nodiscard]] Result<ZipContent, ZipFault> read_zip(
    Bytes archive, const std::function<bool(std::string_view name)>& takes,
    const ZipLimits& limits = {});

// Deflated, in the order of names, each dated 1980-01-01.
[[nodiscard]] Buffer write_zip(const ZipMembers& members);

}  // namespace hub::audit
