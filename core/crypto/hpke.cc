#include "core/crypto/hpke.h"

#include <sodium.h>

#include "core/base/byte_writer.h"
#include "core/base/result.h"
#include "core/crypto/hash.h"

namespace hub::crypto {
namespace {

constexpr std::uint16_t kKem = 0x0020;   // DHKEM(X25519, HKDF-SHA256)
constexpr std::uint16_t kKdf = 0x0001;   // HKDF-SHA256
constexpr std::uint16_t kAead = 0x0003;  // ChaCha20Poly1305
constexpr std::uint8_t kModeBase = 0x00;
constexpr std::size_t kWrapTag = crypto_aead_chacha20poly1305_ietf_ABYTES;

Buffer kem_suite() { return ByteWriter().raw(as_bytes("KEM")).u16(kKem).take(); }

Buffer hpke_suite() {
  return ByteWriter().raw(as_bytes("HPKE")).u16(kKem).u16(kKdf).u16(kAead).take();
}

Digest labeled_extract(Bytes suite, Bytes salt, std::string_view label, Bytes input) {
  return hmac_sha256(salt, {as_bytes("HPKE-v1"), suite, as_bytes(label), input});
}

Buffer labeled_expand(Bytes suite, Bytes key, std::string_view label, Bytes info,
                      std::uint16_t size) {
  const auto labeled = ByteWriter()
                           .u16(size)
                           .raw(as_bytes("HPKE-v1"))
                           .raw(suite)
                           .raw(as_bytes(label))
                           .raw(info)
                           .take();
  return hkdf_expand(key, labeled, size);
}

// DH, then ExtractAndExpand of RFC 9180 section 4.1. Nothing when the shared point is zero.
std::optional<Buffer> shared_secret(const EpochSecret& own,
                                    const std::array<std::uint8_t, 32>& other, Bytes kem_context) {
  std::array<std::uint8_t, 32> point{};
  if (crypto_scalarmult(point.data(), own.expose().data(), other.data()) != 0) return std::nullopt;
  const auto suite = kem_suite();
  const auto key = labeled_extract(suite, {}, "eae_prk", point);
  wipe(point);
  return labeled_expand(suite, key, "shared_secret", kem_context, 32);
}

// Section 5.1, base mode: no PSK.
detail::HpkeSchedule key_schedule(Bytes shared, Bytes info) {
  const auto suite = hpke_suite();
  const auto psk_id_hash = labeled_extract(suite, {}, "psk_id_hash", {});
  const auto info_hash = labeled_extract(suite, {}, "info_hash", info);
  const auto context = ByteWriter().u8(kModeBase).raw(psk_id_hash).raw(info_hash).take();
  const auto secret = labeled_extract(suite, shared, "secret", {});
  auto key = labeled_expand(suite, secret, "key", context, 32);
  const auto nonce = labeled_expand(suite, secret, "base_nonce", context, 12);
  detail::HpkeSchedule out{promised(detail::HpkeKey::from(key), "a key has 32 bytes"), {}};
  std::ranges::copy(nonce, out.base_nonce.begin());
  wipe(key);
  return out;
}

std::array<std::uint8_t, 12> nonce_for(const detail::HpkeSchedule& schedule, std::uint64_t number) {
  auto nonce = schedule.base_nonce;
  for (std::size_t i = 0; i < 8; ++i) nonce[11 - i] ^= static_cast<std::uint8_t>(number >> (8 * i));
  return nonce;
}

}  // namespace

std::optional<HpkeSender> HpkeSender::setup(const EpochPublic& recipient, Bytes info,
                                            const EpochSecret& ephemeral) {
  const Encapsulated encapsulated = public_of(ephemeral);
  const auto context = ByteWriter().raw(encapsulated).raw(recipient).take();
  auto shared = shared_secret(ephemeral, recipient, context);
  if (!shared) return std::nullopt;
  HpkeSender out(key_schedule(*shared, info), encapsulated);
  wipe(*shared);
  return out;
}

Buffer HpkeSender::seal(Bytes associated, Bytes plain) {
  require(next_ != UINT64_MAX, "an HPKE context has sequence numbers left");
  const auto nonce = nonce_for(schedule_, next_++);
  Buffer out(plain.size() + kWrapTag);
  crypto_aead_chacha20poly1305_ietf_encrypt(out.data(), nullptr, plain.data(), plain.size(),
                                            associated.data(), associated.size(), nullptr,
                                            nonce.data(), schedule_.key.expose().data());
  return out;
}

std::optional<HpkeRecipient> HpkeRecipient::setup(const EpochSecret& secret,
                                                  const Encapsulated& encapsulated, Bytes info) {
  const auto context = ByteWriter().raw(encapsulated).raw(public_of(secret)).take();
  auto shared = shared_secret(secret, encapsulated, context);
  if (!shared) return std::nullopt;
  HpkeRecipient out(key_schedule(*shared, info));
  wipe(*shared);
  return out;
}

std::optional<Buffer> HpkeRecipient::open(std::uint64_t sequence, Bytes associated,
                                          Bytes sealed) const {
  if (sealed.size() < kWrapTag) return std::nullopt;
  const auto nonce = nonce_for(schedule_, sequence);
  Buffer out(sealed.size() - kWrapTag);
  if (crypto_aead_chacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, sealed.data(),
                                                sealed.size(), associated.data(), associated.size(),
                                                nonce.data(), schedule_.key.expose().data()) != 0) {
    return std::nullopt;
  }
  return out;
}

}  // namespace hub::crypto
