#include "policy/cedar/extension_types.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <vector>

#include "core/base/encoding.h"
#include "core/base/result.h"

namespace hub::policy {
namespace {

constexpr std::int64_t kScale = 10'000;
constexpr std::size_t kMostPlaces = 4;
constexpr std::size_t kGroups = 8;  // of an IPv6 address

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// A number of digits only, up to `most`.
std::optional<unsigned> small_number(std::string_view digits, std::size_t longest, unsigned most) {
  if (!all_digits(digits) || digits.size() > longest) return std::nullopt;
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  unsigned out = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out > most ? std::nullopt : std::optional(out);
}

std::optional<std::uint16_t> hex_group(std::string_view text) {
  if (text.empty() || text.size() > 4 ||
      text.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
    return std::nullopt;
  }
  std::uint16_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out, 16);
  return out;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> out;
  while (true) {
    const auto end = text.find(at);
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

// Groups of four hexadecimal digits between colons; none for an empty text.
std::optional<std::vector<std::uint16_t>> hex_groups(std::string_view text) {
  std::vector<std::uint16_t> out;
  if (text.empty()) return out;
  for (const auto part : split(text, ':')) {
    const auto group = hex_group(part);
    if (!group || out.size() == kGroups) return std::nullopt;
    out.push_back(*group);
  }
  return out;
}

}  // namespace

std::optional<std::int64_t> long_from(std::string_view digits) {
  std::int64_t out = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return parsed.ec == std::errc{} ? std::optional(out) : std::nullopt;
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto point = text.find('.');
  if (point == std::string_view::npos) return std::nullopt;
  const auto whole = text.substr(0, point);
  const auto part = text.substr(point + 1);
  if (!all_digits(whole) || !all_digits(part) || part.size() > kMostPlaces) return std::nullopt;
  // All digits with the sign, so that the least value needs no special case.
  std::string digits = negative ? "-" : "";
  digits.append(whole).append(part).append(kMostPlaces - part.size(), '0');
  const auto value = long_from(digits);
  return value ? std::optional(Decimal{*value}) : std::nullopt;
}

std::string to_text(const Decimal& decimal) {
  const auto value = decimal.ten_thousandths;
  // In unsigned arithmetic, which knows the size of the least value too.
  const auto size =
      value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  auto part = std::to_string(size % kScale);
  part.insert(0, kMostPlaces - part.size(), '0');
  while (part.size() > 1 && part.back() == '0') part.pop_back();
  return (value < 0 ? "-" : "") + std::to_string(size / kScale) + "." + part;
}

std::optional<IpRange> IpRange::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = text.substr(0, slash);
  auto out = address.find(':') == std::string_view::npos ? parse_v4(address) : parse_v6(address);
  if (!out) return std::nullopt;
  out->prefix_ = out->bits();
  if (slash == std::string_view::npos) return out;
  const auto prefix = small_number(text.substr(slash + 1), out->v6_ ? 3 : 2, out->bits());
  if (!prefix) return std::nullopt;
  out->prefix_ = *prefix;
  return out;
}

std::optional<IpRange> IpRange::parse_v4(std::string_view text) {
  const auto parts = split(text, '.');
  if (parts.size() != 4) return std::nullopt;
  IpRange out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto byte = small_number(parts[i], 3, 255);
    if (!byte) return std::nullopt;
    out.address_.at(i) = static_cast<std::uint8_t>(*byte);
  }
  return out;
}

// `::` stands for one or more groups of zeros, once. No IPv4 inside, no zone.
std::optional<IpRange> IpRange::parse_v6(std::string_view text) {
  const auto gap = text.find("::");
  const auto before = hex_groups(text.substr(0, gap));
  const auto behind = gap == std::string_view::npos ? std::vector<std::uint16_t>()
                                                    : hex_groups(text.substr(gap + 2));
  if (!before || !behind) return std::nullopt;
  const auto written = before->size() + behind->size();
  if (gap == std::string_view::npos ? written != kGroups : written >= kGroups) return std::nullopt;
  std::vector<std::uint16_t> groups = *before;
  groups.resize(kGroups - behind->size());
  groups.insert(groups.end(), behind->begin(), behind->end());
  IpRange out;
  out.v6_ = true;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    out.address_.at(2 * i) = static_cast<std::uint8_t>(groups[i] >> 8U);
    out.address_.at(2 * i + 1) = static_cast<std::uint8_t>(groups[i]);
  }
  return out;
}

bool IpRange::is_in(const IpRange& other) const {
  if (v6_ != other.v6_ || prefix_ < other.prefix_) return false;
  for (unsigned bit = 0; bit < other.prefix_; bit += 8) {
    const auto kept = std::min(8U, other.prefix_ - bit);
    const auto differs = address_.at(bit / 8) ^ other.address_.at(bit / 8);
    if (differs >> (8U - kept) != 0) return false;
  }
  return true;
}

bool IpRange::is_loopback() const {
  static const auto v4 = promised(parse("127.0.0.0/8"), "this is a range");
  static const auto v6 = promised(parse("::1"), "this is a range");
  return is_in(v6_ ? v6 : v4);
}

bool IpRange::is_multicast() const {
  static const auto v4 = promised(parse("224.0.0.0/4"), "this is a range");
  static const auto v6 = promised(parse("ff00::/8"), "this is a range");
  return is_in(v6_ ? v6 : v4);
}

std::string to_text(const IpRange& range) {
  std::string out;
  for (unsigned i = 0; i < range.bits() / 8; i += range.v6_ ? 2 : 1) {
    if (range.v6_) {
      if (i > 0) out += ':';
      out += to_hex(Bytes(range.address_).subspan(i, 2));
    } else {
      if (i > 0) out += '.';
      out += std::to_string(range.address_.at(i));
    }
  }
  return range.prefix_ == range.bits() ? out : out + "/" + std::to_string(range.prefix_);
}

}  // namespace hub::policy
