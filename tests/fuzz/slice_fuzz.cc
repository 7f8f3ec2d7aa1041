// Any bytes as a slice: what is taken in says the same when it is written out again.
#include <cstdint>
#include <memory>

#include "core/base/result.h"
#include "schemas/slice.h"

namespace {

using hub::require;
namespace schemas = hub::schemas;

void look_at(const schemas::SealedRecord& record) {
  if (record.is_void) return;
  const auto header = schemas::encode_header(record.header);
  const auto again = schemas::parse_header(header);
  require(again.has_value(), "a header that was read can be written and read");
  require(again->record_id == record.header.record_id && again->sender == record.header.sender &&
              again->recipients == record.header.recipients &&
              again->expires == record.header.expires,
          "a header says the same when it is read again");
  const auto slot = schemas::encode_slot(record.slot);
  require(hub::same_bytes(slot, record.slot_bytes), "a slot has one spelling");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::make_shared<const hub::Buffer>(data, data + size);
  const auto slice = schemas::UnverifiedSlice::parse(bytes);
  if (!slice) return 0;
  require(!slice->claimed_records().empty() &&
              slice->claimed_records().size() <= schemas::kMaxSliceRecords,
          "a slice has records, and not too many");
  for (const auto& record : slice->claimed_records()) look_at(record);
  return 0;
}
