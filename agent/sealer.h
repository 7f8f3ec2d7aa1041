// Sealing: cleared records become slices of one signed batch (docs/protocol.md 1, 2 and 4).
//
// Lives on the writer thread. HPKE contexts are made anew at every start, kept in memory only, and
// a sequence number that was used is never used again, even when the transaction around it rolls
// back. Stream positions do roll back: they come from the store.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "agent/terms.h"
#include "core/crypto/hpke.h"
#include "core/crypto/signing.h"
#include "schemas/epoch_key.h"
#include "schemas/slice.h"

namespace hub::agent {

// The end of one outgoing stream.
struct StreamEnd {
  Uuid stream;
  std::uint64_t next_position = 0;
  crypto::Digest last_leaf{};
};

struct SealedSlice {
  std::string recipient;
  schemas::Priority priority = schemas::Priority::Bulk;
  Uuid stream;
  std::uint64_t first_position = 0;
  schemas::SharedBytes bytes;
  Buffer content_keys;               // 32 bytes each, to seal again if a key gets lost
  std::vector<std::size_t> records;  // places in the batch that was given
  std::vector<crypto::Digest> leaves;
};

struct SealingContext {
  std::string_view hub;
  std::string_view sender;
  std::uint64_t register_number = 0;
  std::uint64_t bundle_number = 0;
  // Finds or opens the stream to this recipient and priority; what seal() leaves in it is kept by
  // the caller.
  std::function<StreamEnd&(const std::string& recipient, schemas::Priority priority)> stream;
};

class Sealer {
 public:
  explicit Sealer(const crypto::EnvelopeKey& key) : key_(key) {}

  // Every record with the key it is to be sealed to. At most kMaxBatchRecords.
  struct Item {
    const ClearedRecord* record = nullptr;
    const schemas::EpochKey* key = nullptr;
  };
  [[nodiscard]] std::vector<SealedSlice> seal(std::span<const Item> items,
                                              const SealingContext& context);

 private:
  struct Envelope {
    Buffer header;
    Buffer body;
    Buffer slot;
    crypto::Digest leaf{};
  };
  class OpenSlices;

  [[nodiscard]] Envelope seal_one(const Item& item, const SealingContext& context,
                                  StreamEnd& stream, Buffer& content_keys);
  [[nodiscard]] std::vector<SealedSlice> signed_slices(OpenSlices& open,
                                                       const std::vector<Envelope>& envelopes,
                                                       const std::vector<crypto::Digest>& leaves,
                                                       const SealingContext& context) const;
  [[nodiscard]] crypto::HpkeSender& context_for(std::string_view sender,
                                                const schemas::EpochKey& key);

  const crypto::EnvelopeKey& key_;
  std::map<std::tuple<std::string, schemas::EpochId>, crypto::HpkeSender> contexts_;
};

}  // namespace hub::agent
