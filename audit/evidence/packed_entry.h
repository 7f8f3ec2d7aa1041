// One log entry as it is handed to somebody outside: the leaf, and of its detail each item either
// opened or as the commitment alone. Whoever has it computes the leaf's `detail` again; what is
// closed stays closed (audit/log/detail.h).
//
// A line of JSON, keys sorted, no spaces:
//
//   index           the entry's number
//   leaf            its exact bytes, which the tree hashes, as one text
//   items           of its detail, in order; left out where there is none
//                     opened   {"kind", "salt", "value"}; value_base64 for one that is no UTF-8
//                     closed   {"commitment", "kind"}
//                     erased   {"commitment", "erased": true, "kind"}
//   detail_erased   true where the detail was erased as a whole
//
// Salts and commitments are base64, 32 bytes. A closed item's kind, and that something was erased,
// are the word of whoever made the line; all else is under the log's signature.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/log/detail.h"
#include "audit/log/entry.h"
#include "core/base/result.h"

namespace hub::audit {

inline constexpr std::size_t kLargestPackedEntry = 16U << 20U;  // bytes of a line

struct PackedItem {
  Item item;
  bool erased = false;  // from the log; then it is not open

  bool operator==(const PackedItem&) const = default;
};

struct PackedEntry {
  std::uint64_t index = 0;
  std::string leaf;
  std::vector<PackedItem> items;
  bool detail_erased = false;

  bool operator==(const PackedEntry&) const = default;
};

// Without a newline. The leaf is valid UTF-8, as write_leaf() gives it.
[[nodiscard]] std::string write_packed_entry(const PackedEntry& entry);

enum class PackedEntryFault : std::uint8_t {
  Malformed,       // no such line, or in another spelling
  NoLeaf,          // the leaf is no log entry
  OtherNumber,     // the leaf carries another number than the line
  OtherDetail,     // the items are not those that the leaf commits to
  MissingDetail,   // the leaf commits to a detail of which the line says nothing
  UncalledDetail,  // the leaf commits to none
};
[[nodiscard]] std::string_view describe(PackedEntryFault fault);

[[nodiscard]] Result<PackedEntry, PackedEntryFault> parse_packed_entry(std::string_view line);
// The leaf, if everything fits it.
[[nodiscard]] Result<Leaf, PackedEntryFault> check_packed_entry(const PackedEntry& entry);

}  // namespace hub::audit
