// Any bytes as a links file. Links: policy.
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "policy/codes.h"
#include "policy/template_links.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = hub::policy::parse_template_links(hub::as_text({data, size}), "fuzz");
  if (!parsed) {
    hub::require(!parsed.error().empty(), "a refusal names a mistake");
    return 0;
  }
  hub::require(parsed->size() <= hub::policy::kMaxTemplateLinks, "there are not too many links");
  for (const auto& linked : *parsed) {
    hub::require(hub::policy::is_code(linked.link.new_id), "a link's id is a code");
    hub::require(linked.line > 0, "a link stands in a line");
  }
  return 0;
}
