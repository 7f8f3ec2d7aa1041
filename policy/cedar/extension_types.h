// The values of Cedar's extension types, each made from the text that the language writes it in.
//
//   decimal   -12.3456          up to four places, held as ten-thousandths in 64 bits
//   ipaddr    10.0.0.0/8        v4 or v6, with its prefix; host bits are kept, so 10.0.0.1/8
//   differs datetime  2026-11-22T05:00:00.000+0100   or the date alone; milliseconds since 1970 in
//   UTC duration  -1d2h3m4s5ms      units in this order, each at most once; milliseconds
//
// Parsing gives nothing for any other text and for what 64 bits do not hold.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hub::policy {

inline constexpr std::int64_t kMsPerSecond = 1000;
inline constexpr std::int64_t kMsPerMinute = 60 * kMsPerSecond;
inline constexpr std::int64_t kMsPerHour = 60 * kMsPerMinute;
inline constexpr std::int64_t kMsPerDay = 24 * kMsPerHour;

struct Decimal {
  std::int64_t ten_thousandths = 0;

  auto operator<=>(const Decimal&) const = default;
  [[nodiscard]] static std::optional<Decimal> parse(std::string_view text);
};

class IpRange {
 public:
  [[nodiscard]] static std::optional<IpRange> parse(std::string_view text);

  [[nodiscard]] bool is_v6() const { return v6_; }
  [[nodiscard]] bool is_loopback() const;   // in 127.0.0.0/8 or ::1
  [[nodiscard]] bool is_multicast() const;  // in 224.0.0.0/4 or ff00::/8
  // Every address of this range is one of the other's, which is of the same family.
  [[nodiscard]] bool is_in(const IpRange& other) const;

  auto operator<=>(const IpRange&) const = default;

 private:
  friend std::string to_text(const IpRange& range);
  [[nodiscard]] static std::optional<IpRange> parse_v4(std::string_view text);
  [[nodiscard]] static std::optional<IpRange> parse_v6(std::string_view text);
  [[nodiscard]] unsigned bits() const { return v6_ ? 128 : 32; }

  bool v6_ = false;
  std::array<std::uint8_t, 16> address_{};  // of v4 the first four
  unsigned prefix_ = 0;
};

struct Duration {
  std::int64_t ms = 0;

  auto operator<=>(const Duration&) const = default;
  [[nodiscard]] static std::optional<Duration> parse(std::string_view text);
};

struct Datetime {
  std::int64_t ms = 0;

  auto operator<=>(const Datetime&) const = default;
  [[nodiscard]] static std::optional<Datetime> parse(std::string_view text);

  // Nothing when the result leaves 64 bits.
  [[nodiscard]] std::optional<Datetime> offset(Duration by) const;
  [[nodiscard]] std::optional<Duration> since(Datetime earlier) const;
  [[nodiscard]] std::optional<Datetime> midnight() const;  // at or before it
  [[nodiscard]] Duration time_of_day() const;
};

// The text that gives the value again; of a datetime beyond the years 0 to 9999, nothing does.
[[nodiscard]] std::string to_text(const Decimal& decimal);
[[nodiscard]] std::string to_text(const IpRange& range);
[[nodiscard]] std::string to_text(const Duration& duration);

// Of a text that holds decimal digits only, perhaps with a minus before them; nothing beyond 64
// bits.
[[nodiscard]] std::optional<std::int64_t> long_from(std::string_view digits);

}  // namespace hub::policy
