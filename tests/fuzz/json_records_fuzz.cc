// Any bytes as a JSON file of records: rows come out or a problem is named.
#include <cstdint>
#include <memory>
#include <sstream>

#include "agent/source_json.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "tests/catalogue/london_catalogue.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto& type = hub::schemas::london_type("violence.marac_transfer");
  const auto source =
      hub::agent::open_json(std::make_unique<std::istringstream>(hub::to_text({data, size})), type);
  if (!source) return 0;
  while (const auto row = (*source)->next()) {
    hub::require(row->cells.size() == (*source)->columns().size(), "a row has every column");
    if (!row->problem) static_cast<void>(hub::schemas::RecordDraft::check(type, row->fields));
  }
  return 0;
}
