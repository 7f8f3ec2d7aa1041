#include "core/base/uuid.h"

#include <algorithm>
#include <cctype>

#include "core/base/encoding.h"

namespace hub {
namespace {

constexpr std::array<std::size_t, 4> kDashes = {8, 13, 18, 23};
constexpr std::uint16_t kCounterLimit = 0x1000;

}  // namespace

std::string to_string(const Uuid& id) {
  auto out = to_hex(id.bytes);
  for (const auto at : kDashes) out.insert(at, 1, '-');
  return out;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = std::ranges::find(kDashes, i) != kDashes.end();
    if (dash != (text[i] == '-')) return std::nullopt;
    if (!dash)
      digits.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(text[i]))));
  }
  const auto bytes = from_hex(digits);
  return bytes ? uuid_from(*bytes) : std::nullopt;
}

std::optional<Uuid> uuid_from(Bytes bytes) {
  if (bytes.size() != 16) return std::nullopt;
  Uuid out;
  std::ranges::copy(bytes, out.bytes.begin());
  return out;
}

std::optional<Time> time_of(const Uuid& id) {
  if (id.bytes[6] >> 4U != 7) return std::nullopt;
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = ms << 8U | id.bytes[i];
  return from_ms(ms);
}

Uuid UuidSource::next() {
  const auto now = to_ms(clock_.now());
  if (now > last_ms_) {
    last_ms_ = now;
    counter_ = 0;
  } else if (++counter_ == kCounterLimit) {
    ++last_ms_;  // Borrow from the next millisecond: order before exactness.
    counter_ = 0;
  }
  Uuid out;
  random_(out.bytes);
  for (std::size_t i = 0; i < 6; ++i) {
    out.bytes[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(last_ms_) >> (40 - 8 * i));
  }
  out.bytes[6] = static_cast<std::uint8_t>(0x70U | counter_ >> 8U);
  out.bytes[7] = static_cast<std::uint8_t>(counter_);
  out.bytes[8] = static_cast<std::uint8_t>(0x80U | (out.bytes[8] & 0x3fU));
  return out;
}

}  // namespace hub
