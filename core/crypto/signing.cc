#include "core/crypto/signing.h"

#include <sodium.h>

namespace hub::crypto::detail {
namespace {

// libsodium's 64-byte secret is the seed and the public half; rebuilt for each use, then wiped.
struct Expanded {
  std::array<std::uint8_t, 32> public_key{};
  std::array<std::uint8_t, 64> secret{};

  explicit Expanded(Bytes seed) {
    crypto_sign_seed_keypair(public_key.data(), secret.data(), seed.data());
  }
  Expanded(const Expanded&) = delete;
  Expanded& operator=(const Expanded&) = delete;
  Expanded(Expanded&&) = delete;
  Expanded& operator=(Expanded&&) = delete;
  ~Expanded() { wipe(secret); }
};

}  // namespace

Signature sign(Bytes seed, Bytes message) {
  const Expanded key(seed);
  Signature out{};
  crypto_sign_detached(out.data(), nullptr, message.data(), message.size(), key.secret.data());
  return out;
}

std::array<std::uint8_t, 32> public_half(Bytes seed) { return Expanded(seed).public_key; }

bool verify(Bytes public_key, Bytes message, const Signature& signature) {
  return public_key.size() == crypto_sign_PUBLICKEYBYTES &&
         crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                     public_key.data()) == 0;
}

}  // namespace hub::crypto::detail
