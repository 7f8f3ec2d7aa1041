// Takes slices apart and puts them together again, changed: as a broker, a co-recipient or a
// dishonest sender could. With a key the result is signed anew, so it is "right key, wrong
// content".
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/crypto/signing.h"
#include "schemas/slice.h"

namespace hub::exchange {

struct ForgedRecord {
  Buffer header;
  Buffer body;
  Buffer slot;
  std::uint8_t slot_index = 0;
  std::vector<crypto::Digest> other_slots;

  [[nodiscard]] crypto::Digest leaf() const;
};

struct Forgery {
  std::string hub;
  std::string sender;
  std::string recipient;
  schemas::SliceFacts facts;  // its texts are replaced by the three above
  std::vector<std::uint32_t> indices;
  std::vector<ForgedRecord> records;

  // The batch holds just these records: root and places are computed anew and signed.
  [[nodiscard]] schemas::SharedBytes signed_by(const crypto::EnvelopeKey& key);
  // Root, places and signature stay what they were.
  [[nodiscard]] schemas::SharedBytes unsigned_change() const;
};

[[nodiscard]] Forgery take_apart(const schemas::SharedBytes& bytes);

// Decodes the slot, changes it and encodes it again.
void change_slot(ForgedRecord& record, const std::function<void(schemas::Slot&)>& change);
void change_header(ForgedRecord& record, const std::function<void(schemas::Header&)>& change);
// Makes the records name each other's leaves and successive positions again.
void chain(Forgery& forgery, std::uint64_t first_position, const crypto::Digest& before);

}  // namespace hub::exchange
