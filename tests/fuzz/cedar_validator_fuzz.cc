// Any bytes as a policy text, validated against a fixed schema. Links: policy.
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "policy/cedar/validator.h"
#include "tests/policy/validator_schema.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto schema = hub::policy::library_schema();
  const auto text = hub::as_text({data, size});
  const auto parsed =
      hub::policy::PolicySet::parse(text, "fuzz", hub::policy::PolicyIds::Positional);
  if (!parsed) return 0;
  constexpr std::size_t kSteps = 200'000;
  for (const auto& finding : hub::policy::validate(*parsed, schema, kSteps)) {
    hub::require(finding.span.begin <= finding.span.end && finding.span.end <= size,
                 "a finding lies in the text");
    hub::require(finding.line > 0 && finding.column > 0, "a finding has a place");
    hub::require(!finding.what.empty() && hub::policy::show(finding).size() < 8192,
                 "a finding is told, and briefly");
  }
  return 0;
}
