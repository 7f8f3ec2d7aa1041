#include "core/storage/bloom_filter.h"

#include <algorithm>

namespace hub::storage {
namespace {

constexpr std::size_t kBitsPerKey = 10;
constexpr unsigned kProbes = 7;

std::uint64_t half(const std::array<std::uint8_t, 16>& key, std::size_t from) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 8; ++i) out = (out << 8U) | key[from + i];
  return out;
}

}  // namespace

BloomFilter::BloomFilter(std::size_t keys)
    : bits_(std::max<std::size_t>(keys * kBitsPerKey / 8 + 1, 8)) {}

std::optional<BloomFilter> BloomFilter::from(Bytes stored) {
  if (stored.size() < 8) return std::nullopt;
  return BloomFilter(to_buffer(stored));
}

// Stops at the first probe for which `each` says no.
template <class Each>
bool BloomFilter::for_each_probe(const std::array<std::uint8_t, 16>& key, Each each) const {
  const auto step = half(key, 8) | 1U;
  auto at = half(key, 0);
  for (unsigned i = 0; i < kProbes; ++i, at += step) {
    const auto bit = at % (bits_.size() * 8);
    if (!each(bit / 8, static_cast<std::uint8_t>(1U << (bit % 8)))) return false;
  }
  return true;
}

void BloomFilter::add(const std::array<std::uint8_t, 16>& key) {
  for_each_probe(key, [this](std::size_t byte, std::uint8_t mask) {
    bits_[byte] |= mask;
    return true;
  });
}

bool BloomFilter::may_hold(const std::array<std::uint8_t, 16>& key) const {
  return for_each_probe(
      key, [this](std::size_t byte, std::uint8_t mask) { return (bits_[byte] & mask) != 0; });
}

}  // namespace hub::storage
