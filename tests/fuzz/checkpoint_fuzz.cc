#include <cstdlib>

#include "audit/proof/checkpoint.h"
#include "audit/proof/frontier.h"

// A checkpoint and an edge have one spelling each.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hub::Bytes input(data, size);
  const auto text = hub::as_text(input);
  const auto checkpoint = hub::audit::parse_checkpoint(text);
  if (checkpoint && hub::audit::checkpoint_text(*checkpoint) != text) std::abort();
  const auto frontier = hub::audit::Frontier::parse(input);
  if (frontier && !hub::same_bytes(frontier->serialise(), input)) std::abort();
  return 0;
}
