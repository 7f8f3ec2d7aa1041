#include <cstdlib>

#include "audit/log/entry.h"

// A leaf has one spelling: what is read is written again byte for byte.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hub::Bytes input(data, size);
  const auto leaf = hub::audit::parse_leaf(hub::as_text(input));
  if (leaf && hub::audit::write_leaf(*leaf) != hub::as_text(input)) std::abort();
  const auto detail = hub::audit::parse_detail(input);
  if (detail) {
    const auto again = hub::audit::parse_detail(hub::audit::write_detail(*detail, {}));
    if (!again || *again != *detail) std::abort();
  }
  return 0;
}
