// Any bytes as a CSV file: rows come out or a problem is named; what was rejected can be read
// again.
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>

#include "agent/source_csv.h"
#include "agent/source_rejects.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "tests/catalogue/london_catalogue.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using hub::agent::open_csv;
  const auto& type = hub::schemas::london_type("ta.placement_notice");
  const auto source =
      open_csv(std::make_unique<std::istringstream>(hub::to_text({data, size})), type);
  if (!source) return 0;
  std::ostringstream rejects;
  hub::agent::RejectsWriter writer(rejects, (*source)->columns());
  std::size_t rows = 0;
  while (const auto row = (*source)->next()) {
    ++rows;
    if (!row->problem) static_cast<void>(hub::schemas::RecordDraft::check(type, row->fields));
    writer.write(*row, {});
  }
  const auto again = open_csv(std::make_unique<std::istringstream>(rejects.str()), type);
  hub::require(again.has_value(), "a rejects file opens");
  while ((*again)->next()) --rows;
  hub::require(rows == 0 && !(*again)->broken(), "a rejects file has the rows that were rejected");
  return 0;
}
