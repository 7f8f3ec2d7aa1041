// Any bytes as an agreement file. Links: policy.
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "policy/agreement.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = hub::policy::parse_agreement(hub::as_text({data, size}), "fuzz");
  if (parsed) {
    hub::require(parsed->starts < parsed->ends, "an agreement ends after it starts");
    hub::require(parsed->parties.size() >= 2, "an agreement has parties");
  } else {
    hub::require(!parsed.error().empty(), "a refusal names a mistake");
  }
  return 0;
}
