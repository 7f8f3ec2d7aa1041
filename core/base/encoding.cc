#include "core/base/encoding.h"

#include <array>
#include <cstdint>

namespace hub {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> values_of(std::string_view digits) {
  std::array<std::uint8_t, 256> out{};
  out.fill(kNoDigit);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    out[static_cast<std::uint8_t>(digits[i])] = static_cast<std::uint8_t>(i);
  }
  return out;
}

constexpr auto kHexValues = values_of(kHexDigits);
constexpr auto kBase64Values = values_of(kBase64Digits);

}  // namespace

std::string to_hex(Bytes bytes) {
  std::string out;
  out.reserve(2 * bytes.size());
  for (const auto byte : bytes) {
    out.push_back(kHexDigits[byte >> 4U]);
    out.push_back(kHexDigits[byte & 15U]);
  }
  return out;
}

std::optional<Buffer> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Buffer out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = kHexValues[static_cast<std::uint8_t>(text[i])];
    const auto low = kHexValues[static_cast<std::uint8_t>(text[i + 1])];
    if (high == kNoDigit || low == kNoDigit) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(high << 4U | low));
  }
  return out;
}

std::string to_base64(Bytes bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) group = group << 8U | (j < have ? bytes[i + j] : 0U);
    for (std::size_t j = 0; j < 4; ++j) {
      out.push_back(j <= have ? kBase64Digits[group >> (18 - 6 * j) & 63U] : '=');
    }
  }
  return out;
}

std::optional<Buffer> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  Buffer out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    std::size_t have = 3;
    if (last && text[i + 3] == '=') have = text[i + 2] == '=' ? 1 : 2;
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      const std::uint8_t value =
          j <= have ? kBase64Values[static_cast<std::uint8_t>(text[i + j])] : std::uint8_t{0};
      if (value == kNoDigit) return std::nullopt;
      group = group << 6U | std::uint32_t{value};
    }
    for (std::size_t j = 0; j < have; ++j) {
      out.push_back(static_cast<std::uint8_t>(group >> (16 - 8 * j)));
    }
    // The bits that no byte takes must be zero, else two texts would mean the same bytes.
    if (have < 3 && (group & (have == 1 ? 0xffffU : 0xffU)) != 0) return std::nullopt;
  }
  return out;
}

}  // namespace hub
