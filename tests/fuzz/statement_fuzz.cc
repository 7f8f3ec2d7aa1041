// Any bytes as what a party signs: receipts, a void notice, an epoch key. Somebody else's key must
// never make them believed.
#include <cstdint>

#include "core/base/result.h"
#include "schemas/epoch_key.h"
#include "schemas/receipts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace schemas = hub::schemas;
  namespace crypto = hub::crypto;
  static const auto envelope = crypto::EnvelopeKey::generate().verify_key();
  static const auto identity = crypto::IdentityKey::generate().verify_key();
  const hub::Buffer bytes(data, data + size);
  if (auto receipts = schemas::UnverifiedReceipts::parse(bytes)) {
    hub::require(!receipts->claims().leaves.empty() &&
                     receipts->claims().leaves.size() == receipts->claims().outcomes.size(),
                 "each receipt has its outcome");
    hub::require(!std::move(*receipts).verify(envelope, "hub"), "receipts of another key");
  }
  if (auto notice = schemas::UnverifiedVoidNotice::parse(bytes)) {
    hub::require(!std::move(*notice).verify(envelope, "hub"), "a void notice of another key");
  }
  if (auto key = schemas::UnverifiedEpochKey::parse(bytes)) {
    hub::require(!std::move(*key).verify(identity, "hub"), "an epoch key of another key");
  }
  return 0;
}
