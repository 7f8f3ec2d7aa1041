#include <cstdlib>

#include "audit/proof/tlog_proof.h"

// A proof has one spelling: what is read is written again byte for byte.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = hub::as_text(hub::Bytes(data, size));
  const auto proof = hub::audit::parse_tlog_proof(text);
  if (proof && hub::audit::write_tlog_proof(*proof) != text) std::abort();
  static const hub::crypto::NoteVerifier key("log.example/a", {1, 2, 3});
  if (proof && hub::audit::verify_tlog_proof(*proof, {}, key)) std::abort();
  return 0;
}
