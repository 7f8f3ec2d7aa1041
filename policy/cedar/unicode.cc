#include "policy/cedar/unicode.h"

namespace hub::policy {
namespace {

constexpr char32_t kLast = 0x10FFFF;

bool is_surrogate(char32_t value) { return value >= 0xD800 && value <= 0xDFFF; }

char32_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// The bytes a lead byte announces and the bits it carries; zero bytes for no lead byte.
struct Lead {
  std::size_t size;
  char32_t bits;
  char32_t least;
};

Lead lead_of(char32_t byte) {
  if (byte < 0x80) return {1, byte, 0};
  if ((byte & 0xE0U) == 0xC0) return {2, byte & 0x1FU, 0x80};
  if ((byte & 0xF0U) == 0xE0) return {3, byte & 0x0FU, 0x800};
  if ((byte & 0xF8U) == 0xF0) return {4, byte & 0x07U, 0x10000};
  return {0, 0, 0};
}

}  // namespace

std::optional<CodePoint> first_code_point(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto lead = lead_of(byte_at(text, 0));
  if (lead.size == 0 || lead.size > text.size()) return std::nullopt;
  char32_t value = lead.bits;
  for (std::size_t i = 1; i < lead.size; ++i) {
    const auto byte = byte_at(text, i);
    if ((byte & 0xC0U) != 0x80) return std::nullopt;
    value = (value << 6U) | (byte & 0x3FU);
  }
  if (value < lead.least || value > kLast || is_surrogate(value)) return std::nullopt;
  return CodePoint{value, lead.size};
}

bool append_code_point(std::string& out, char32_t value) {
  if (value > kLast || is_surrogate(value)) return false;
  const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
  if (value < 0x80) {
    put(value);
  } else if (value < 0x800) {
    put(0xC0U | (value >> 6U));
    put(0x80U | (value & 0x3FU));
  } else if (value < 0x10000) {
    put(0xE0U | (value >> 12U));
    put(0x80U | ((value >> 6U) & 0x3FU));
    put(0x80U | (value & 0x3FU));
  } else {
    put(0xF0U | (value >> 18U));
    put(0x80U | ((value >> 12U) & 0x3FU));
    put(0x80U | ((value >> 6U) & 0x3FU));
    put(0x80U | (value & 0x3FU));
  }
  return true;
}

std::optional<std::size_t> first_malformed(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto point = first_code_point(text.substr(at));
    if (!point) return at;
    at += point->size;
  }
  return std::nullopt;
}

bool is_white_space(char32_t value) {
  return (value >= 0x09 && value <= 0x0D) || value == 0x20 || value == 0x85 || value == 0xA0 ||
         value == 0x1680 || (value >= 0x2000 && value <= 0x200A) || value == 0x2028 ||
         value == 0x2029 || value == 0x202F || value == 0x205F || value == 0x3000;
}

}  // namespace hub::policy
