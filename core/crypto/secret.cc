#include "core/crypto/secret.h"

#include <sodium.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "core/base/result.h"

namespace hub::crypto {
namespace {

template <class SecretKey>
std::array<std::uint8_t, 32> x25519_public(const SecretKey& secret) {
  std::array<std::uint8_t, 32> out{};
  crypto_scalarmult_base(out.data(), secret.expose().data());
  return out;
}

}  // namespace

void wipe(std::span<std::uint8_t> memory) { sodium_memzero(memory.data(), memory.size()); }

// Without bytes the address may be null, which the library forbids.
void fill_random(std::span<std::uint8_t> out) {
  if (!out.empty()) randombytes_buf(out.data(), out.size());
}

TransportPublic public_of(const TransportSecret& secret) { return x25519_public(secret); }
EpochPublic public_of(const EpochSecret& secret) { return x25519_public(secret); }
RecoveryPublic public_of(const RecoverySecret& secret) { return x25519_public(secret); }

void protect_process() {
  if (sodium_init() < 0) throw EnvError("libsodium would not start");
  const rlimit no_core{0, 0};
  if (::setrlimit(RLIMIT_CORE, &no_core) != 0 ||
      ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {  // NOLINT(*-vararg)
    throw EnvError("cannot forbid core dumps of this process");
  }
}

}  // namespace hub::crypto
