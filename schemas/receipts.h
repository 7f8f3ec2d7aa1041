// Receipts and void notices (docs/protocol.md 4 and 5).
//
// A receipt is the recipient's signed word on one envelope. Receipts are batched: the signature
// covers the root of an RFC 6962 tree over them, so each is provable alone.
//   receipt leaf input = "hub/receipt/v1" || envelope leaf || outcome || stream || position
//   signed = "hub/receipts/v1" || hub || recipient || sender || register || bundle || time || size
//   || root
//
// A void notice is the broker's signed word that positions will never be delivered; it counts only
// with the sender's signed confirmation.
//   signed = "hub/void/v1" || hub || sender || recipient || stream || time || count
//            || (position || leaf || outcome) ...
//   confirmed = "hub/void-confirm/v1" || SHA-256(notice)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/uuid.h"
#include "core/crypto/hash.h"
#include "core/crypto/signing.h"
#include "schemas/codes.h"
#include "schemas/wire_error.h"

namespace hub::schemas {

struct Receipts {
  std::string hub;
  std::string recipient;
  std::string sender;
  Uuid stream;
  std::uint64_t first_position = 0;
  std::uint64_t register_number = 0;
  std::uint64_t bundle_number = 0;
  Time time;
  std::vector<crypto::Digest> leaves;
  std::vector<Outcome> outcomes;  // one per leaf, at successive positions
};

[[nodiscard]] Buffer sign_receipts(const Receipts& receipts, const crypto::EnvelopeKey& key);

class UnverifiedReceipts {
 public:
  [[nodiscard]] static Result<UnverifiedReceipts, WireError> parse(Bytes bytes);
  [[nodiscard]] const std::string& claimed_recipient() const { return receipts_.recipient; }
  // For tests and tools that only look.
  [[nodiscard]] const Receipts& claims() const { return receipts_; }
  [[nodiscard]] Result<Receipts, WireError> verify(const crypto::VerifyKey<crypto::Envelope>& key,
                                                   std::string_view hub) &&;

 private:
  UnverifiedReceipts() = default;
  Receipts receipts_;
  crypto::Signature signature_{};
};

struct VoidNotice {
  std::string hub;
  std::string sender;
  std::string recipient;
  Uuid stream;
  std::vector<std::uint64_t> positions;
  std::vector<crypto::Digest> leaves;
  std::vector<Outcome> outcomes;
  Time time;
};

[[nodiscard]] Buffer sign_void_notice(const VoidNotice& notice, const crypto::EnvelopeKey& key);

class UnverifiedVoidNotice {
 public:
  [[nodiscard]] static Result<UnverifiedVoidNotice, WireError> parse(Bytes bytes);
  [[nodiscard]] Result<VoidNotice, WireError> verify(
      const crypto::VerifyKey<crypto::Envelope>& broker, std::string_view hub) &&;

 private:
  UnverifiedVoidNotice() = default;
  VoidNotice notice_;
  crypto::Signature signature_{};
};

// The sender's confirmation of a notice, over the notice's exact bytes.
[[nodiscard]] crypto::Signature confirm_void(Bytes notice, const crypto::EnvelopeKey& sender);
[[nodiscard]] bool void_is_confirmed(Bytes notice, const crypto::Signature& confirmation,
                                     const crypto::VerifyKey<crypto::Envelope>& sender);

}  // namespace hub::schemas
