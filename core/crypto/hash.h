// SHA-256 (FIPS 180-4), HMAC-SHA-256 (RFC 2104) and HKDF-SHA-256 (RFC 5869), through OpenSSL.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>

#include "core/base/bytes.h"

namespace hub::crypto {

using Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] Digest sha256(Bytes message);
// Of the parts one after the other, as if they were joined.
[[nodiscard]] Digest sha256_of(std::initializer_list<Bytes> parts);

// For input that arrives in pieces.
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void add(Bytes more);
  // The digest of all that was added; the object then starts anew.
  [[nodiscard]] Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] Digest hmac_sha256(Bytes key, std::initializer_list<Bytes> parts);

// Constant-time comparison, for MACs.
[[nodiscard]] bool equal_in_constant_time(Bytes left, Bytes right);

[[nodiscard]] Digest hkdf_extract(Bytes salt, Bytes input_key);
// At most 255 * 32 bytes; more is a bug of ours.
[[nodiscard]] Buffer hkdf_expand(Bytes pseudorandom_key, Bytes info, std::size_t size);

}  // namespace hub::crypto
