#include "schemas/text_rules.h"

#include <charconv>
#include <cstring>
#include <memory>

#include "core/base/clock.h"

namespace hub::schemas {
namespace {

constexpr std::uint64_t kEach = 0x0101010101010101U;
constexpr std::uint64_t kHighBits = 0x80 * kEach;
constexpr std::int64_t kMaxAge = 120;

// True when all eight bytes are printable ASCII, 0x20 to 0x7e. The subtraction borrows out of a
// byte only when that byte is itself below the bound, so the answer for the whole is exact.
bool plain_ascii(std::uint64_t eight) {
  const std::uint64_t below_space = (eight - 0x20 * kEach) & ~eight;
  const std::uint64_t apart = eight ^ (0x7f * kEach);
  const std::uint64_t is_delete = (apart - kEach) & ~apart;
  return ((eight | below_space | is_delete) & kHighBits) == 0;
}

bool forbidden(char32_t c) {
  return (c >= 0x80 && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff ||
         (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;  // 0 when the bytes are not UTF-8
};

struct Lead {
  std::size_t bytes = 0;
  std::uint8_t bits = 0;
  char32_t least = 0;  // smaller values have a shorter spelling
};

Lead lead_of(std::uint8_t byte) {
  if (byte >= 0xc2 && byte < 0xe0) return {2, static_cast<std::uint8_t>(byte & 0x1fU), 0x80};
  if (byte >= 0xe0 && byte < 0xf0) return {3, static_cast<std::uint8_t>(byte & 0x0fU), 0x800};
  if (byte >= 0xf0 && byte < 0xf5) return {4, static_cast<std::uint8_t>(byte & 0x07U), 0x10000};
  return {};
}

// One character of two bytes or more, as RFC 3629 has it: shortest form, no surrogates.
Character decode(std::string_view text) {
  const Lead lead = lead_of(static_cast<std::uint8_t>(text[0]));
  if (lead.bytes == 0 || text.size() < lead.bytes) return {};
  char32_t code = lead.bits;
  for (std::size_t i = 1; i < lead.bytes; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if ((byte & 0xc0U) != 0x80) return {};
    code = code << 6U | (byte & 0x3fU);
  }
  if (code < lead.least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return {};
  return {code, lead.bytes};
}

bool allowed_control(std::string_view rest, bool lines) {
  if (!lines) return false;
  if (rest[0] == '\n' || rest[0] == '\t') return true;
  return rest[0] == '\r' && rest.size() > 1 && rest[1] == '\n';
}

TextAnswer spelled(std::optional<Canonical> canonical) {
  if (!canonical) return {TextRule::BadFormat, std::nullopt};
  return {TextRule::Fine, canonical};
}

TextAnswer formed(bool right) { return {right ? TextRule::Fine : TextRule::BadFormat, {}}; }

bool is_age(std::string_view text) {
  if (text.starts_with('-') || (text.size() > 1 && text[0] == '0')) return false;
  const auto years = whole_number(text);
  return years && *years <= kMaxAge;
}

}  // namespace

TextRule check_characters(std::string_view text, bool lines, std::size_t max_characters) {
  // No character has more than four bytes; so a long text costs nothing.
  if (text.size() / 4 > max_characters) return TextRule::TooLong;
  std::size_t at = 0;
  std::size_t characters = 0;
  while (at < text.size()) {
    std::uint64_t eight = 0;
    if (text.size() - at >= sizeof eight) {
      std::memcpy(&eight, text.data() + at, sizeof eight);
      if (plain_ascii(eight)) {
        at += sizeof eight;
        characters += sizeof eight;
        continue;
      }
    }
    const auto byte = static_cast<std::uint8_t>(text[at]);
    std::size_t size = 1;
    if (byte >= 0x80) {
      const Character character = decode(text.substr(at));
      if (character.bytes == 0) return TextRule::NotUtf8;
      if (forbidden(character.code)) return TextRule::Control;
      size = character.bytes;
    } else if (byte < 0x20 || byte == 0x7f) {
      if (!allowed_control(text.substr(at), lines)) return TextRule::Control;
    }
    at += size;
    ++characters;
  }
  return characters <= max_characters ? TextRule::Fine : TextRule::TooLong;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t out = 0;
  const auto* const end = std::to_address(text.end());
  const auto [stopped, error] = std::from_chars(std::to_address(text.begin()), end, out);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return out;
}

TextAnswer examine_text(const Field& field, std::string_view text) {
  const TextRule rule =
      check_characters(text, field.format == TextFormat::Lines, field.max_characters);
  const bool free = field.format == TextFormat::Plain || field.format == TextFormat::Lines;
  // A format says its own length, and "too long" would explain nothing.
  if (rule == TextRule::TooLong && !free) return {TextRule::BadFormat, std::nullopt};
  if (rule != TextRule::Fine) return {rule, std::nullopt};
  switch (field.format) {
    case TextFormat::Plain:
    case TextFormat::Lines: return {};
    case TextFormat::Gss: return formed(is_london_authority(text));
    case TextFormat::Lsoa: return formed(is_lsoa(text));
    case TextFormat::Uprn: return spelled(canonical_uprn(text));
    case TextFormat::Postcode: return spelled(canonical_postcode(text));
    case TextFormat::NhsNumber: return spelled(canonical_nhs_number(text));
    case TextFormat::NiNumber: return spelled(canonical_ni_number(text));
    case TextFormat::IsoDate: return formed(parse_iso_date(text).has_value());
    case TextFormat::Age: return formed(is_age(text));
    case TextFormat::Email: return formed(is_email(text));
    case TextFormat::Phone: return formed(is_phone(text));
  }
  return {TextRule::BadFormat, std::nullopt};
}

}  // namespace hub::schemas
