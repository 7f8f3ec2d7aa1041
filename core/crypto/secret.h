// Secrets: move-only, wiped on destruction and when moved from, never compared, never printed.
// One C++ type per kind of key, so that a key cannot be passed where another kind belongs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/base/bytes.h"

namespace hub::crypto {

// Overwrites memory in a way the compiler may not remove.
void wipe(std::span<std::uint8_t> memory);
// Fills with bytes from the system's generator.
void fill_random(std::span<std::uint8_t> out);

template <class Kind, std::size_t N = 32>
class Secret {
 public:
  static constexpr std::size_t kSize = N;

  [[nodiscard]] static Secret random() {
    Secret out;
    fill_random(out.bytes_);
    return out;
  }
  // Nothing unless exactly N bytes are given. The caller wipes its own copy.
  [[nodiscard]] static std::optional<Secret> from(Bytes bytes) {
    if (bytes.size() != N) return std::nullopt;
    Secret out;
    std::ranges::copy(bytes, out.bytes_.begin());
    return out;
  }

  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      wipe(other.bytes_);
    }
    return *this;
  }
  ~Secret() { wipe(bytes_); }

  // For whoever has to own the key as well.
  [[nodiscard]] Secret clone() const {
    Secret out;
    out.bytes_ = bytes_;
    return out;
  }
  // For the call that uses the key; never to be kept or written to a log.
  [[nodiscard]] Bytes expose() const { return bytes_; }

 private:
  Secret() = default;
  std::array<std::uint8_t, N> bytes_{};
};

using ContentKey = Secret<struct ContentKeyKind>;      // one per record, seals its body
using StoreKey = Secret<struct StoreKeyKind>;          // opens a party's SQLCipher store
using TransportSecret = Secret<struct TransportKind>;  // CURVE long-term secret
using EpochSecret = Secret<struct EpochKind>;          // X25519 private half, one per day and class
using RecoverySecret = Secret<struct RecoveryKind>;    // X25519 private half, opens mirrored leaves

using TransportPublic = std::array<std::uint8_t, 32>;
using EpochPublic = std::array<std::uint8_t, 32>;
using RecoveryPublic = std::array<std::uint8_t, 32>;

// The X25519 public half.
[[nodiscard]] TransportPublic public_of(const TransportSecret& secret);
[[nodiscard]] EpochPublic public_of(const EpochSecret& secret);
[[nodiscard]] RecoveryPublic public_of(const RecoverySecret& secret);

// Starts libsodium and forbids core dumps and tracing by other processes of the same user
// (PR_SET_DUMPABLE 0, RLIMIT_CORE 0). Call first in main(). Throws EnvError if libsodium fails.
void protect_process();

}  // namespace hub::crypto
