// Ed25519 (RFC 8032). One C++ type per kind of key: a key that signs envelopes cannot be handed to
// the code that signs checkpoints. Whoever signs puts the purpose into the message itself
// ("hub/batch/v1" and so on, docs/protocol.md); note keys sign note text verbatim and nothing else.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <optional>

#include "core/base/bytes.h"
#include "core/crypto/secret.h"

namespace hub::crypto {

using Signature = std::array<std::uint8_t, 64>;

struct Identity {};     // an agent's long-lived key: signs its epoch keys and its other statements
struct Envelope {};     // signs batches and receipts
struct LogKind {};      // signs the checkpoints of one audit log (a note key)
struct WitnessKind {};  // cosigns the checkpoints of others' logs (a note key)
struct Governance {};   // signs the register and bundles (a note key, kept offline)

namespace detail {
[[nodiscard]] Signature sign(Bytes seed, Bytes message);
[[nodiscard]] std::array<std::uint8_t, 32> public_half(Bytes seed);
[[nodiscard]] bool verify(Bytes public_key, Bytes message, const Signature& signature);
}  // namespace detail

template <class Kind>
struct VerifyKey {
  std::array<std::uint8_t, 32> bytes{};

  auto operator<=>(const VerifyKey&) const = default;
  [[nodiscard]] bool verify(Bytes message, const Signature& signature) const {
    return detail::verify(bytes, message, signature);
  }
  [[nodiscard]] static std::optional<VerifyKey> from(Bytes raw) {
    if (raw.size() != 32) return std::nullopt;
    VerifyKey out;
    std::ranges::copy(raw, out.bytes.begin());
    return out;
  }
};

template <class Kind>
class SigningKey {
 public:
  using Seed = Secret<Kind>;

  explicit SigningKey(Seed seed)
      : seed_(std::move(seed)), public_(detail::public_half(seed_.expose())) {}
  [[nodiscard]] static SigningKey generate() { return SigningKey(Seed::random()); }

  [[nodiscard]] Signature sign(Bytes message) const {
    return detail::sign(seed_.expose(), message);
  }
  [[nodiscard]] VerifyKey<Kind> verify_key() const { return {public_}; }
  [[nodiscard]] const Seed& seed() const { return seed_; }

 private:
  Seed seed_;
  std::array<std::uint8_t, 32> public_;
};

using IdentityKey = SigningKey<Identity>;
using EnvelopeKey = SigningKey<Envelope>;
using LogKey = SigningKey<LogKind>;
using WitnessKey = SigningKey<WitnessKind>;
using GovernanceKey = SigningKey<Governance>;

}  // namespace hub::crypto
