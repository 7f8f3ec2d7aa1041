// Any text as a search in a log: a query or a sentence, and a query can be asked of any entry.
#include <cstdint>
#include <cstdlib>

#include "audit/search/query.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto query = hub::audit::parse_query(hub::as_text({data, size}));
  if (!query) {
    if (query.error().empty()) std::abort();
    return 0;
  }
  hub::audit::Leaf leaf;
  leaf.entry.act = "consultation";
  (void)hub::audit::matches(*query, leaf, std::nullopt);
  (void)hub::audit::matches(*query, leaf, hub::audit::detail_by("ann"));
  return 0;
}
