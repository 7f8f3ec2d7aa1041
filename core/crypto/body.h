// Sealing of a record's body (docs/protocol.md 1): Padmé padding, then XChaCha20-Poly1305 under a
// content key used for this one body only, which is why the nonce may be constant.
//
// ChaCha20-Poly1305 does not commit to its key: two keys can open one ciphertext to two texts. The
// header therefore carries commitment_to(key), and open_body refuses a key that does not match it.
#pragma once

#include <optional>

#include "core/base/bytes.h"
#include "core/crypto/hash.h"
#include "core/crypto/secret.h"

namespace hub::crypto {

// HKDF-SHA-256(key, "hub/commit/v1").
[[nodiscard]] Digest commitment_to(const ContentKey& key);

[[nodiscard]] Buffer seal_body(const ContentKey& key, Bytes associated, Bytes body);

// Nothing when the commitment, the tag or the padding does not hold.
[[nodiscard]] std::optional<Buffer> open_body(const ContentKey& key, const Digest& commitment,
                                              Bytes associated, Bytes sealed);

// The Padmé length for `size` bytes (Nikitin et al., 2019): at most 12 % more, O(log log size) bits
// told.
[[nodiscard]] std::size_t padded_size(std::size_t size);

}  // namespace hub::crypto
