// What checkpoints and proofs are written in: lines, and numbers of one spelling. Inside the
// folder.
#pragma once

#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace hub::audit {

inline constexpr std::uint64_t kMostEntries = (std::uint64_t{1} << 63U) - 1;

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

}  // namespace hub::audit
