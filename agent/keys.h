// The authority's own keys, read from the folder that `hubctl keys new` made.
#pragma once

#include <filesystem>
#include <optional>

#include "core/crypto/secret.h"
#include "core/crypto/signing.h"

namespace hub::agent {

struct Keys {
  crypto::IdentityKey identity;
  crypto::EnvelopeKey envelope;
  crypto::LogKey log;
  crypto::WitnessKey witness;
  crypto::TransportSecret transport;
  crypto::StoreKey store;
  // What the log's leaves are sealed to for its mirrors; nothing: they are not mirrored.
  std::optional<crypto::RecoveryPublic> recovery;
};

// Throws EnvError naming the file that is missing, readable by others or of another kind.
[[nodiscard]] Keys read_keys(const std::filesystem::path& folder);

}  // namespace hub::agent
