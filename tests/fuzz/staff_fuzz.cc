// Any bytes as a staff list: it is read or a problem is named, and names are compared in bounds.
#include <array>
#include <cstdint>
#include <memory>
#include <sstream>

#include "agent/staff.h"
#include "core/base/bytes.h"
#include "core/base/result.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = hub::to_text({data, size});
  const auto fold = hub::agent::folded(text);
  hub::require(fold.size() <= text.size(), "folding makes no text longer");
  hub::require(!fold.starts_with(' ') && !fold.ends_with(' '), "no space is around folded text");
  const auto staff = hub::agent::Staff::read(std::make_unique<std::istringstream>(text));
  if (!staff) return 0;
  const std::array<hub::agent::SubjectValue, 4> values{{{"person_name", text},
                                                        {"person_name", "Jo Roebuck"},
                                                        {"postcode", "E8 1AA"},
                                                        {"address", text}}};
  hub::require(staff->relations_of(values).size() <= hub::agent::kMostRelations,
               "relations are bounded");
  return 0;
}
