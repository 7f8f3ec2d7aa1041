#include "agent/keys.h"

#include "core/crypto/key_file.h"

namespace hub::agent {

Keys read_keys(const std::filesystem::path& folder) {
  using namespace crypto;
  return {IdentityKey(read_key_file<Identity>(folder / "identity.key")),
          EnvelopeKey(read_key_file<Envelope>(folder / "envelope.key")),
          LogKey(read_key_file<LogKind>(folder / "log.key")),
          WitnessKey(read_key_file<WitnessKind>(folder / "witness.key")),
          read_key_file<TransportKind>(folder / "transport.key"),
          read_key_file<StoreKeyKind>(folder / "store.key"),
          read_recovery_public(folder / "recovery.public")};
}

}  // namespace hub::agent
