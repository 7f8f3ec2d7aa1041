#include <cstdlib>

#include "audit/pack/manifest.h"

// A manifest has one spelling: what is read is written again byte for byte.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = hub::as_text(hub::Bytes(data, size));
  const auto manifest = hub::audit::parse_manifest(text);
  if (manifest && hub::audit::write_manifest(*manifest) != text) std::abort();
  return 0;
}
