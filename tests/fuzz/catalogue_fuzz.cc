// Any text as a catalogue file, beside the code lists that are shipped: it loads or every mistake
// has a file, words and a hint.
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "schemas/catalogue.h"
#include "tests/catalogue/london_catalogue.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string kLists = hub::schemas::london_files().at("catalogue/code_lists.fbs");
  const auto loaded = hub::schemas::Catalogue::load(
      {{"catalogue/code_lists.fbs", kLists},
       {"catalogue/ta.placement_notice.fbs", hub::to_text({data, size})}});
  if (loaded) return 0;
  hub::require(!loaded.error().empty(), "a refusal names a mistake");
  for (const auto& mistake : loaded.error()) {
    hub::require(!mistake.what.empty() && !mistake.hint.empty(), "a mistake is explained");
  }
  return 0;
}
