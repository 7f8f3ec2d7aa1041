// Any text as a register or a bundle: nothing unsigned is believed.
#include <array>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "schemas/bundle.h"
#include "schemas/register.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace schemas = hub::schemas;
  const auto text = hub::as_text(hub::Bytes(data, size));
  // Whoever is asked to sign or to look takes the content in without a signature.
  if (const auto content = schemas::Register::unsigned_content(text)) {
    for (const auto& [code, authority] : (*content)->authorities()) {
      hub::require((*content)->find(code) == &authority, "an authority is found by its code");
    }
    hub::require(!schemas::Register::first(text, hub::crypto::Digest{}),
                 "another register than the genesis");
  }
  const std::array<schemas::Electorate, 1> nobody{schemas::Electorate{{}, 1}};
  hub::require(!schemas::Bundle::read(text, nobody), "a bundle that nobody signed");
  return 0;
}
