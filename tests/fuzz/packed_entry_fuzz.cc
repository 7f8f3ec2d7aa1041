#include <cstdlib>

#include "audit/evidence/packed_entry.h"

// An entry has one spelling: what is read is written again byte for byte.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = hub::as_text(hub::Bytes(data, size));
  const auto entry = hub::audit::parse_packed_entry(text);
  if (!entry) return 0;
  if (hub::audit::write_packed_entry(*entry) != text) std::abort();
  static_cast<void>(hub::audit::check_packed_entry(*entry));
  return 0;
}
