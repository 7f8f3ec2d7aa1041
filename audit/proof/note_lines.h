// What checkpoints, proofs and what is said to witnesses are written in: lines, and numbers and
// hashes of one spelling. Inside audit/.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/encoding.h"
#include "core/crypto/hash.h"

namespace hub::audit {

inline constexpr std::uint64_t kMostEntries = (std::uint64_t{1} << 63U) - 1;
inline constexpr std::size_t kLongestProof = 63;  // hashes, for a tree of kMostEntries
inline constexpr std::size_t kLargestCheckpoint = 256U << 10U;  // with its signatures, in bytes

// The text up to the next newline, which is taken away; nothing when there is none.
inline std::optional<std::string_view> take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

// Decimal without leading zeros, at most kMostEntries.
inline std::optional<std::uint64_t> parse_number(std::string_view digits) {
  std::uint64_t out = 0;
  const auto* const end = std::to_address(digits.end());
  const auto [stop, error] = std::from_chars(std::to_address(digits.begin()), end, out);
  const bool canonical = !digits.empty() && (digits.front() != '0' || digits.size() == 1);
  if (error != std::errc() || stop != end || !canonical || out > kMostEntries) return std::nullopt;
  return out;
}

// What stands behind the word; nothing when the line does not begin with it.
inline std::optional<std::string_view> behind(std::string_view word, std::string_view line) {
  if (!line.starts_with(word)) return std::nullopt;
  return line.substr(word.size());
}

inline std::optional<crypto::Digest> parse_hash(std::string_view line) {
  const auto bytes = from_base64(line);
  crypto::Digest out{};
  if (!bytes || bytes->size() != out.size()) return std::nullopt;
  std::ranges::copy(*bytes, out.begin());
  return out;
}

// The hashes up to the empty line, which is taken away too; false when something else is among them
// or they are too many.
inline bool take_hashes(std::string_view& text, std::vector<crypto::Digest>& out) {
  while (const auto line = take_line(text)) {
    if (line->empty()) return true;
    const auto hash = parse_hash(*line);
    if (!hash || out.size() == kLongestProof) return false;
    out.push_back(*hash);
  }
  return false;
}

}  // namespace hub::audit
