#include "core/storage/run_entry.h"

#include <algorithm>

#include "core/base/result.h"

namespace hub::storage {
namespace {

constexpr std::size_t kKeyBytes = std::tuple_size_v<RunKey>;

}  // namespace

Buffer pack(std::span<const RunEntry> entries) {
  Buffer out;
  out.reserve(entries.size() * kRunEntryBytes);
  for (const auto& entry : entries) {
    require(entry.row >= 0, "rows of an index are not negative");
    out.insert(out.end(), entry.key.begin(), entry.key.end());
    const auto row = static_cast<std::uint64_t>(entry.row);
    for (int shift = 56; shift >= 0; shift -= 8) {
      out.push_back(static_cast<std::uint8_t>(row >> static_cast<unsigned>(shift)));
    }
  }
  return out;
}

RunEntry PackedEntries::operator[](std::size_t place) const {
  const auto bytes = bytes_.subspan(place * kRunEntryBytes, kRunEntryBytes);
  RunEntry out;
  std::copy_n(bytes.begin(), kKeyBytes, out.key.begin());
  std::uint64_t row = 0;
  for (const auto byte : bytes.subspan(kKeyBytes)) row = (row << 8U) | byte;
  out.row = static_cast<std::int64_t>(row);
  return out;
}

std::size_t PackedEntries::lower_bound(const RunEntry& entry) const {
  std::size_t first = 0;
  std::size_t last = size();
  while (first < last) {
    const auto middle = first + (last - first) / 2;
    if ((*this)[middle] < entry) {
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  return first;
}

bool PackedEntries::contains(const RunEntry& entry) const {
  const auto packed = pack(entry);
  for (std::size_t i = 0; i < size(); ++i) {
    if (std::ranges::equal(bytes_.subspan(i * kRunEntryBytes, kRunEntryBytes), packed)) return true;
  }
  return false;
}

std::vector<RunEntry> PackedEntries::all() const {
  std::vector<RunEntry> out;
  out.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) out.push_back((*this)[i]);
  return out;
}

}  // namespace hub::storage
