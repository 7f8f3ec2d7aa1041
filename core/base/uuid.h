// UUIDs as 16 bytes; version 7 (RFC 9562 section 5.7) for everything the hub names, so that ids
// sort by time and indexes on them stay local.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/clock.h"

namespace hub {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;
  [[nodiscard]] bool is_nil() const { return *this == Uuid{}; }
};

// 8-4-4-4-12 lower-case hexadecimal digits.
[[nodiscard]] std::string to_string(const Uuid& id);
// Accepts that form only (either case); nothing otherwise.
[[nodiscard]] std::optional<Uuid> parse_uuid(std::string_view text);
[[nodiscard]] std::optional<Uuid> uuid_from(Bytes bytes);

// The millisecond a version 7 UUID was made; nothing for other versions.
[[nodiscard]] std::optional<Time> time_of(const Uuid& id);

// Makes version 7 UUIDs that increase even within one millisecond and when the clock steps back:
// 48 bits of time, then a 12-bit counter, then 62 random bits. Not thread-safe: one per thread.
class UuidSource {
 public:
  using Random = std::function<void(std::span<std::uint8_t>)>;

  // The clock must outlive the source; `random` fills a span with unpredictable bytes.
  UuidSource(const Clock& clock, Random random) : clock_(clock), random_(std::move(random)) {}

  [[nodiscard]] Uuid next();

 private:
  const Clock& clock_;
  Random random_;
  std::int64_t last_ms_ = 0;
  std::uint16_t counter_ = 0;
};

}  // namespace hub
