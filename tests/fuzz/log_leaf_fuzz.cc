#include <algorithm>
#include <cstdlib>

#include "audit/log/detail.h"
#include "audit/log/entry.h"

// A leaf has one spelling: what is read is written again byte for byte.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hub::Bytes input(data, size);
  const auto leaf = hub::audit::parse_leaf(hub::as_text(input));
  if (leaf && hub::audit::write_leaf(*leaf) != hub::as_text(input)) std::abort();
  const auto items = hub::audit::parse_items(input);
  if (items) {
    const auto again = hub::audit::write_items(*items);
    if (!std::equal(again.begin(), again.end(), input.begin(), input.end())) std::abort();
  }
  return 0;
}
