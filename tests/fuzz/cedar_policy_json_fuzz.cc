// Any bytes as a policy or a policy set in JSON: what is read can be written as JSON and as text,
// and both read back to the same. Links: policy.
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "policy/cedar/policy_json.h"
#include "policy/cedar/print.h"

namespace {

using hub::policy::Policy;
using hub::policy::PolicyIds;
using hub::policy::PolicySet;

void check_policy(const Policy& policy) {
  const auto text = to_text(policy);
  hub::require(policy.written(policy.span) == text, "the source is the text");
  if (text.size() > hub::policy::kMaxPolicyTokens) return;  // JSON may say more than a text
  const auto parsed = PolicySet::parse(text, "text", PolicyIds::Positional);
  hub::require(parsed.has_value(), "a policy's text parses");
  const auto& again = parsed->policies().empty() ? parsed->templates() : parsed->policies();
  hub::require(again.size() == 1 && to_text(*again.front()) == text, "it is the same policy");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = hub::as_text({data, size});
  const auto policy = hub::policy::parse_policy_json(text, "p", "fuzz");
  if (policy) {
    check_policy(*policy);
    const auto json = to_json(*policy);
    const auto again = hub::policy::parse_policy_json(json, "p", "fuzz");
    hub::require(again && to_json(*again) == json, "a policy reads back from its JSON");
  }
  const auto set = hub::policy::parse_policy_set_json(text, "fuzz");
  if (!set) {
    hub::require(!set.error().empty(), "a refusal names a mistake");
    return 0;
  }
  const auto json = to_json(*set);
  const auto again = hub::policy::parse_policy_set_json(json, "fuzz");
  hub::require(again && to_json(*again) == json, "a set reads back from its JSON");
  return 0;
}
