// Daily keys that records are sealed to (docs/protocol.md 3). Each is a statement signed by the
// authority's identity key:
//   "hub/epoch/v1" || hub || authority || class || day || generation || suite || key || from ||
//   until || previous
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/crypto/hash.h"
#include "core/crypto/secret.h"
#include "core/crypto/signing.h"
#include "schemas/envelope.h"
#include "schemas/wire_error.h"

namespace hub::schemas {

struct EpochKey {
  std::string authority;
  EpochId epoch;
  crypto::EpochPublic key{};
  Time not_before;
  Time not_after;  // the first moment the key is no longer to be sealed to
  crypto::Digest
      previous{};  // SHA-256 of the statement before of the same class, zero for the first
};

inline constexpr std::chrono::days kEpochLength{1};
// Keys of this many coming days are published besides today's.
inline constexpr std::uint32_t kEpochsAhead = 2;

// The longest time mail of a class may take; after it the private half is destroyed in any case.
[[nodiscard]] constexpr std::chrono::days longest_delivery(DeliveryClass delivery_class) {
  return std::chrono::days(delivery_class == DeliveryClass::Violence ? 4 : 15);
}

// Whether a header's times can be: made no later than a clock's error from now, and to be delivered
// within its class's longest time.
[[nodiscard]] bool times_are_possible(const Header& header, DeliveryClass delivery_class, Time now);

[[nodiscard]] Buffer sign_epoch_key(std::string_view hub, const EpochKey& key,
                                    const crypto::IdentityKey& identity);

class UnverifiedEpochKey {
 public:
  [[nodiscard]] static Result<UnverifiedEpochKey, WireError> parse(Bytes bytes);
  [[nodiscard]] const std::string& claimed_authority() const { return key_.authority; }
  // For a party's own statements, read back from its own folder.
  [[nodiscard]] const EpochKey& claims() const { return key_; }
  [[nodiscard]] Result<EpochKey, WireError> verify(
      const crypto::VerifyKey<crypto::Identity>& identity, std::string_view hub) &&;

 private:
  UnverifiedEpochKey() = default;
  std::string hub_;
  EpochKey key_;
  crypto::Signature signature_{};
};

}  // namespace hub::schemas
