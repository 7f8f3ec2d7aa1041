// Entries of a KeyRuns index as bytes: the key (16), then the row (8, big-endian), so the order of
// the bytes is the order of the entries.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/bytes.h"

namespace hub::storage {

using RunKey = std::array<std::uint8_t, 16>;

struct RunEntry {
  RunKey key{};
  std::int64_t row = 0;  // not negative
  auto operator<=>(const RunEntry&) const = default;
};

inline constexpr std::size_t kRunEntryBytes = 24;

[[nodiscard]] Buffer pack(std::span<const RunEntry> entries);
[[nodiscard]] inline Buffer pack(const RunEntry& entry) { return pack(std::span(&entry, 1)); }

// Packed entries, looked at in place. Does not own them.
class PackedEntries {
 public:
  explicit PackedEntries(Bytes bytes) : bytes_(bytes) {}
  [[nodiscard]] std::size_t size() const { return bytes_.size() / kRunEntryBytes; }
  [[nodiscard]] RunEntry operator[](std::size_t place) const;
  // Where the first entry is that is not before `entry`; size() if there is none. For sorted ones.
  [[nodiscard]] std::size_t lower_bound(const RunEntry& entry) const;
  // Whether it is among them, sorted or not.
  [[nodiscard]] bool contains(const RunEntry& entry) const;
  [[nodiscard]] std::vector<RunEntry> all() const;

 private:
  Bytes bytes_;
};

}  // namespace hub::storage
