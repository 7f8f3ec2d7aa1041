#include <cstdlib>

#include "audit/witness/fork_proof.h"

// A proof has one spelling: what is read is written again byte for byte. The log of the corpus has
// signed one fork, so that no other is ever proven.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = hub::as_text(hub::Bytes(data, size));
  const auto proof = hub::audit::parse_fork_proof(text);
  if (!proof) return 0;
  if (hub::audit::write_fork_proof(*proof) != text) std::abort();
  static const auto log = hub::crypto::NoteVerifier::parse(
      "log.example/a+870806f8+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c");
  if (!log) std::abort();
  const auto fork = hub::audit::verify_fork_proof(*proof, *log);
  if (fork && (fork->first.size != 5 || fork->second.size != 5 || fork->first == fork->second)) {
    std::abort();
  }
  return 0;
}
