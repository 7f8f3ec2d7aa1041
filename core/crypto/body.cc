#include "core/crypto/body.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <bit>

namespace hub::crypto {
namespace {

constexpr std::uint8_t kPaddingMark = 0x80;
constexpr std::array<std::uint8_t, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES> kNonce{};
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

}  // namespace

Digest commitment_to(const ContentKey& key) {
  const auto okm = hkdf_expand(hkdf_extract({}, key.expose()), as_bytes("hub/commit/v1"), 32);
  Digest out{};
  std::ranges::copy(okm, out.begin());
  return out;
}

std::size_t padded_size(std::size_t size) {
  if (size < 2) return size;
  const auto exponent = static_cast<unsigned>(std::bit_width(size)) - 1;
  const auto kept_bits = static_cast<unsigned>(std::bit_width(exponent));
  const std::size_t mask = (std::size_t{1} << (exponent - kept_bits)) - 1;
  return (size + mask) & ~mask;
}

Buffer seal_body(const ContentKey& key, Bytes associated, Bytes body) {
  // Mark and zeros are laid out in the output, which is then encrypted in place.
  Buffer out;
  out.reserve(padded_size(body.size() + 1) + kTag);
  append(out, body);
  out.push_back(kPaddingMark);
  out.resize(padded_size(out.size()));
  const auto plain_size = out.size();
  out.resize(plain_size + kTag);
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data(), nullptr, out.data(), plain_size,
                                             associated.data(), associated.size(), nullptr,
                                             kNonce.data(), key.expose().data());
  return out;
}

std::optional<Buffer> open_body(const ContentKey& key, const Digest& commitment, Bytes associated,
                                Bytes sealed) {
  if (sealed.size() < kTag + 1) return std::nullopt;
  if (!equal_in_constant_time(commitment_to(key), commitment)) return std::nullopt;
  Buffer out(sealed.size() - kTag);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          out.data(), nullptr, nullptr, sealed.data(), sealed.size(), associated.data(),
          associated.size(), kNonce.data(), key.expose().data()) != 0) {
    return std::nullopt;
  }
  while (!out.empty() && out.back() == 0) out.pop_back();
  if (out.empty() || out.back() != kPaddingMark) return std::nullopt;
  out.pop_back();
  return out;
}

}  // namespace hub::crypto
