#include "policy/cedar/shown_text.h"

#include <cstddef>
#include <cstdint>

#include "policy/cedar/confusables.h"

namespace hub::policy {
namespace {

constexpr std::size_t kMostCharactersShown = 80;

std::string escaped(char32_t point) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (auto rest = static_cast<std::uint32_t>(point); rest > 0 || out.empty(); rest >>= 4U) {
    out.insert(out.begin(), digits[rest & 15U]);
  }
  return "\\u{" + out + "}";
}

}  // namespace

bool disturbs_a_line(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029 ||
         point == 0x200E || point == 0x200F || point == 0x061C || point == 0xFFFD ||
         is_bidirectional_control(point);
}

std::string in_backquotes(std::string_view words) {
  std::string out = "`";
  std::size_t shown = 0;
  for_each_character(words, [&](char32_t point, std::string_view bytes) {
    if (shown++ >= kMostCharactersShown) {
      out += "...";
      return false;
    }
    if (disturbs_a_line(point)) {
      out += escaped(point);
    } else {
      out += bytes;
    }
    return true;
  });
  return out + "`";
}

}  // namespace hub::policy
