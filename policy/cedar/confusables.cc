#include "policy/cedar/confusables.h"

#include <algorithm>
#include <cstdint>

#include "policy/cedar/confusables_table.h"
#include "policy/cedar/unicode.h"

namespace hub::policy {
namespace {

// One bit for each script, and for each way to write with several.
using Scripts = std::uint64_t;

constexpr Scripts bit(std::size_t number) { return Scripts{1} << number; }
constexpr Scripts kJapanese = bit(61);
constexpr Scripts kKorean = bit(62);
constexpr Scripts kChinese = bit(63);

// UTS #39, section 5.1: the augmented script set.
Scripts augmented(Script script) {
  const auto own = bit(static_cast<std::size_t>(script));
  switch (script) {
    case Script::Han: return own | kJapanese | kKorean | kChinese;
    case Script::Hiragana:
    case Script::Katakana: return own | kJapanese;
    case Script::Hangul: return own | kKorean;
    case Script::Bopomofo: return own | kChinese;
    case Script::Arabic:
    case Script::Armenian:
    case Script::Bengali:
    case Script::Cyrillic:
    case Script::Devanagari:
    case Script::Ethiopic:
    case Script::Georgian:
    case Script::Greek:
    case Script::Gujarati:
    case Script::Gurmukhi:
    case Script::Hebrew:
    case Script::Kannada:
    case Script::Khmer:
    case Script::Lao:
    case Script::Latin:
    case Script::Malayalam:
    case Script::Myanmar:
    case Script::Oriya:
    case Script::Sinhala:
    case Script::Tamil:
    case Script::Telugu:
    case Script::Thaana:
    case Script::Thai:
    case Script::Tibetan: return own;
  }
  return own;
}

template <class Ranges>
const auto* range_of(const Ranges& ranges, char32_t point) {
  const auto* found =
      std::ranges::lower_bound(ranges, point, {}, [](const auto& range) { return range.last; });
  return found == ranges.end() || found->first > point ? nullptr : &*found;
}

bool is_printable_ascii(char32_t point) { return point >= 0x20 && point < 0x7F; }

}  // namespace

bool is_bidirectional_control(char32_t point) {
  return (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

TextLook look_of(std::string_view text) {
  TextLook out;
  Scripts scripts = ~Scripts{0};
  while (const auto point = first_code_point(text)) {
    const auto value = point->value;
    text.remove_prefix(point->size);
    out.bidirectional = out.bidirectional || is_bidirectional_control(value);
    if (const auto* range = range_of(kScriptRanges, value)) scripts &= augmented(range->script);
    if (out.unusual || is_printable_ascii(value)) continue;
    if (range_of(kIdentifierCharacters, value) == nullptr) out.unusual = value;
  }
  out.mixed_scripts = scripts == 0;
  return out;
}

}  // namespace hub::policy
