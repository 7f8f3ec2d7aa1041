#include <cstdlib>

#include "audit/witness/tlog_policy.h"

// A policy has one spelling, and needs no more witnesses than it names.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = hub::as_text(hub::Bytes(data, size));
  const auto policy = hub::audit::parse_tlog_policy(text);
  if (!policy) return 0;
  if (hub::audit::write_tlog_policy(*policy) != text) std::abort();
  if (policy->quorum > policy->witnesses.size()) std::abort();
  if ((policy->quorum == 0) != policy->witnesses.empty()) std::abort();
  return 0;
}
