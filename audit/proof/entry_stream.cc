#include "audit/proof/entry_stream.h"

#include "core/base/result.h"

namespace hub::audit {
namespace {

constexpr std::size_t kLength = 2;
constexpr std::size_t kLargest = 0xFFFF;

std::size_t length_at(Bytes row) { return (std::size_t{row[0]} << 8U) | row[1]; }

}  // namespace

void append_entry(Buffer& out, Bytes entry) {
  require(entry.size() <= kLargest, "an entry has at most 65,535 bytes");
  out.push_back(static_cast<std::uint8_t>(entry.size() >> 8U));
  out.push_back(static_cast<std::uint8_t>(entry.size() & 0xFFU));
  append(out, entry);
}

void EntryStream::feed(Bytes block, const Take& take) {
  append(held_, block);
  Bytes row(held_);
  while (row.size() >= kLength && row.size() - kLength >= length_at(row)) {
    const auto length = length_at(row);
    take(row.subspan(kLength, length));
    row = row.subspan(kLength + length);
  }
  held_.erase(held_.begin(), held_.end() - static_cast<std::ptrdiff_t>(row.size()));
}

}  // namespace hub::audit
