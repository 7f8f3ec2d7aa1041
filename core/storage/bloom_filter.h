// A Bloom filter over keys that are random already: 10 bits a key, 7 probes, under 1 % of absent
// keys let through.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/base/bytes.h"

namespace hub::storage {

class BloomFilter {
 public:
  explicit BloomFilter(std::size_t keys);
  // Bytes as bytes() gave them; nothing for a piece that is too short.
  [[nodiscard]] static std::optional<BloomFilter> from(Bytes stored);

  void add(const std::array<std::uint8_t, 16>& key);
  // False: was never added. True: perhaps.
  [[nodiscard]] bool may_hold(const std::array<std::uint8_t, 16>& key) const;

  [[nodiscard]] Bytes bytes() const { return bits_; }

 private:
  explicit BloomFilter(Buffer bits) : bits_(std::move(bits)) {}
  template <class Each>
  bool for_each_probe(const std::array<std::uint8_t, 16>& key, Each each) const;

  Buffer bits_;
};

}  // namespace hub::storage
