// HPKE base mode (RFC 9180), suite DHKEM(X25519, HKDF-SHA256) / HKDF-SHA256 / ChaCha20-Poly1305.
//
// One context serves many slots: the sender counts sequence numbers, the recipient opens any of
// them (a slot carries its own). A context lives in memory only (docs/protocol.md 2).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/base/bytes.h"
#include "core/crypto/secret.h"

namespace hub::crypto {

using Encapsulated = std::array<std::uint8_t, 32>;

namespace detail {
using HpkeKey = Secret<struct HpkeKeyKind>;
struct HpkeSchedule {
  HpkeKey key;
  std::array<std::uint8_t, 12> base_nonce;
};
}  // namespace detail

class HpkeSender {
 public:
  // `ephemeral` must be fresh: EpochSecret::random(). Nothing if the recipient's key is a point of
  // low order.
  [[nodiscard]] static std::optional<HpkeSender> setup(const EpochPublic& recipient, Bytes info,
                                                       const EpochSecret& ephemeral);

  [[nodiscard]] const Encapsulated& encapsulated() const { return encapsulated_; }
  // The number the next seal() takes. A number is never used twice, whatever becomes of the text.
  [[nodiscard]] std::uint64_t next_sequence() const { return next_; }
  [[nodiscard]] Buffer seal(Bytes associated, Bytes plain);

 private:
  HpkeSender(detail::HpkeSchedule schedule, const Encapsulated& encapsulated)
      : schedule_(std::move(schedule)), encapsulated_(encapsulated) {}

  detail::HpkeSchedule schedule_;
  Encapsulated encapsulated_;
  std::uint64_t next_ = 0;
};

class HpkeRecipient {
 public:
  [[nodiscard]] static std::optional<HpkeRecipient> setup(const EpochSecret& secret,
                                                          const Encapsulated& encapsulated,
                                                          Bytes info);

  // Nothing if the text was not sealed under this context with this number and associated data.
  [[nodiscard]] std::optional<Buffer> open(std::uint64_t sequence, Bytes associated,
                                           Bytes sealed) const;

 private:
  explicit HpkeRecipient(detail::HpkeSchedule schedule) : schedule_(std::move(schedule)) {}

  detail::HpkeSchedule schedule_;
};

}  // namespace hub::crypto
