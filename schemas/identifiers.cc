#include "schemas/identifiers.h"

#include <algorithm>

#include "core/base/result.h"

namespace hub::schemas {
namespace {

constexpr std::size_t kNhsDigits = 10;
constexpr std::size_t kNiSize = 9;
constexpr std::size_t kMaxUprnDigits = 12;
constexpr std::size_t kMaxPostcodeSize = 8;
constexpr std::size_t kInwardSize = 3;

// National Insurance numbers: letters and prefixes that are never used.
constexpr std::string_view kNotFirst = "DFIQUV";
constexpr std::string_view kNotSecond = "DFIOQUV";
constexpr std::array<std::string_view, 7> kNeverUsed = {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"};

constexpr bool digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr char raised(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool all_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, digit); }

// Upper case, without the spaces that stand just before one of these positions of the result.
std::optional<Canonical> joined(std::string_view text, std::string_view spaces_before,
                                std::size_t max_size) {
  Canonical out;
  bool after_space = false;
  for (const char c : text) {
    const auto position = static_cast<char>('0' + out.view().size());
    if (c == ' ') {
      if (after_space || spaces_before.find(position) == std::string_view::npos) {
        return std::nullopt;
      }
      after_space = true;
      continue;
    }
    if (out.view().size() == max_size) return std::nullopt;
    out.push(raised(c));
    after_space = false;
  }
  if (after_space) return std::nullopt;
  return out;
}

bool issued_prefix(std::string_view prefix) {
  if (prefix == "QQ") return true;
  if (std::ranges::find(kNeverUsed, prefix) != kNeverUsed.end()) return false;
  return upper(prefix[0]) && upper(prefix[1]) &&
         kNotFirst.find(prefix[0]) == std::string_view::npos &&
         kNotSecond.find(prefix[1]) == std::string_view::npos;
}

// A9, A99, A9A, AA9, AA99 or AA9A.
bool is_outward(std::string_view text) {
  if (text.size() < 2 || text.size() > 4 || !upper(text[0])) return false;
  const std::size_t area = upper(text[1]) ? 2 : 1;
  const auto district = text.substr(area);
  if (district.empty() || district.size() > 2 || !digit(district[0])) return false;
  return district.size() == 1 || digit(district[1]) || upper(district[1]);
}

bool is_inward(std::string_view text) {
  return text.size() == 3 && digit(text[0]) && upper(text[1]) && upper(text[2]);
}

}  // namespace

void Canonical::push(char c) {
  require(size_ + 1 < text_.size(), "a canonical spelling is short");
  text_[size_++] = c;
}

std::optional<Canonical> canonical_nhs_number(std::string_view text) {
  const auto out = joined(text, "36", kNhsDigits);
  if (!out || out->view().size() != kNhsDigits || !all_digits(out->view())) return std::nullopt;
  // Grouped as 3-3-4 or not at all.
  const bool grouped = text.size() == kNhsDigits + 2;
  if (text.size() != kNhsDigits && !grouped) return std::nullopt;
  int sum = 0;
  for (std::size_t i = 0; i + 1 < kNhsDigits; ++i) {
    sum += (out->view()[i] - '0') * static_cast<int>(kNhsDigits - i);
  }
  // 11 minus the remainder, where 11 counts as 0; 10 equals no digit.
  const int check = (11 - sum % 11) % 11;
  if (check != out->view().back() - '0') return std::nullopt;
  return out;
}

std::optional<Canonical> canonical_ni_number(std::string_view text) {
  const auto out = joined(text, "2468", kNiSize);
  if (!out || out->view().size() != kNiSize) return std::nullopt;
  const char suffix = out->view().back();
  const bool right = issued_prefix(out->view().substr(0, 2)) &&
                     all_digits(out->view().substr(2, 6)) && suffix >= 'A' && suffix <= 'D';
  if (!right) return std::nullopt;
  return out;
}

std::optional<Canonical> canonical_uprn(std::string_view text) {
  if (!all_digits(text) || text.size() > kMaxUprnDigits) return std::nullopt;
  const auto first = text.find_first_not_of('0');
  if (first == std::string_view::npos) return std::nullopt;
  Canonical out;
  for (const char c : text.substr(first)) out.push(c);
  return out;
}

std::optional<Canonical> canonical_postcode(std::string_view text) {
  if (text.size() < 5 || text.size() > kMaxPostcodeSize) return std::nullopt;
  std::array<char, kMaxPostcodeSize> letters{};
  std::ranges::transform(text, letters.begin(), raised);
  const std::string_view whole(letters.data(), text.size());
  const auto inward = whole.substr(whole.size() - kInwardSize);
  auto outward = whole.substr(0, whole.size() - kInwardSize);
  if (outward.ends_with(' ')) outward.remove_suffix(1);
  const bool girobank = outward == "GIR" && inward == "0AA";
  if (!is_inward(inward) || !(girobank || is_outward(outward))) return std::nullopt;
  Canonical out;
  for (const char c : outward) out.push(c);
  out.push(' ');
  for (const char c : inward) out.push(c);
  return out;
}

bool is_london_authority(std::string_view text) {
  if (text.size() != 9 || !text.starts_with("E090000") || !all_digits(text.substr(7))) return false;
  const int number = 10 * (text[7] - '0') + (text[8] - '0');
  return number >= 1 && number <= 33;
}

bool is_lsoa(std::string_view text) {
  return text.size() == 9 && text.starts_with("E01") && all_digits(text.substr(3));
}

bool is_email(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos || at == 0 || text.find(' ') != std::string_view::npos) {
    return false;
  }
  const auto domain = text.substr(at + 1);
  const auto dot = domain.find('.');
  return domain.find('@') == std::string_view::npos && dot != std::string_view::npos && dot != 0 &&
         !domain.ends_with('.');
}

bool is_phone(std::string_view text) {
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (digit(c)) {
      ++digits;
    } else if (c == '+') {
      if (i != 0) return false;
    } else if (c != ' ' && c != '-' && c != '(' && c != ')') {
      return false;
    }
  }
  return digits >= 7 && digits <= 15;
}

}  // namespace hub::schemas
