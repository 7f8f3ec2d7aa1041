#include <cstdlib>
#include <nlohmann/json.hpp>

#include "audit/evidence/evidence_request.h"

// What is read means the same when it is written and read again, and asks for no more than it may.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = hub::as_text(hub::Bytes(data, size));
  const auto request = hub::audit::parse_evidence_request(text);
  if (request) {
    if (hub::audit::parse_evidence_request(hub::audit::to_json(*request).dump()) != *request) {
      std::abort();
    }
    std::uint64_t count = 0;
    for (const auto& [from, to] : request->entries) count += to - from + 1;
    if (count > hub::audit::kMostPackedEntries) std::abort();
  }
  static_cast<void>(hub::audit::entry_ranges_of(text));
  static_cast<void>(hub::audit::item_kinds_of(text));
  return 0;
}
