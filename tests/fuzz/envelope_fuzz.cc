// Any bytes as the header of an envelope and as a slot of one.
#include <cstdint>

#include "core/base/result.h"
#include "schemas/envelope.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace schemas = hub::schemas;
  const hub::Buffer bytes(data, data + size);  // aligned, unlike the input
  if (const auto header = schemas::parse_header(bytes)) {
    const auto written = schemas::encode_header(*header);
    const auto again = schemas::parse_header(written);
    hub::require(again.has_value(), "a header that was read can be written and read");
    hub::require(schemas::encode_header(*again) == written, "it is then written the same");
  }
  if (const auto slot = schemas::parse_slot(bytes)) {
    hub::require(schemas::encode_slot(*slot) == bytes, "a slot has one spelling");
  }
  return 0;
}
