#include <cstdlib>

#include "audit/witness/quorum.h"
#include "core/base/bytes.h"

// The log and the witnesses of the corpus have signed one tree, at the times 100 and 200: no note
// makes anybody believe another.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using hub::crypto::CosignatureVerifier;
  const auto note = hub::as_text(hub::Bytes(data, size));
  static const auto log = hub::crypto::NoteVerifier::parse(
      "log.example/a+870806f8+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c");
  static const auto first = CosignatureVerifier::parse(
      "log.example/w1+a54d3b87+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU");
  static const auto second = CosignatureVerifier::parse(
      "log.example/w2+e63e3d4b+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR");
  if (!log || !first || !second) std::abort();
  static const std::vector witnesses{*first, *second};
  const auto opened = hub::crypto::open_cosignatures(note, witnesses);
  if (opened && opened->size() > 2) std::abort();
  const auto found = hub::audit::check_quorum(note, *log, witnesses, 2);
  if (!found) return 0;
  if (found->checkpoint.size != 5) std::abort();
  for (const auto& cosignature : found->cosignatures) {
    if (cosignature.time != 100 && cosignature.time != 200) std::abort();
  }
  if (found->has_quorum() && found->quorum_time != 100) std::abort();
  return 0;
}
