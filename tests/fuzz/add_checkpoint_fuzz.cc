#include <cstdlib>

#include "audit/witness/witness.h"

// A request has one spelling: what is read is written again byte for byte. The log of the corpus
// has signed trees of 0 and 5 entries, so that no other is ever cosigned, and none after a tree
// that it does not contain.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = hub::as_text(hub::Bytes(data, size));
  const auto request = hub::audit::parse_add_checkpoint(text);
  if (!request) return 0;
  if (hub::audit::write_add_checkpoint(*request) != text) std::abort();
  (void)hub::audit::claimed_origin(request->note);
  static const auto log = hub::crypto::NoteVerifier::parse(
      "log.example/a+870806f8+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c");
  if (!log) std::abort();
  const auto first = hub::audit::answer_add_checkpoint(*request, *log, std::nullopt);
  if (first.store && first.store->size != 0 && first.store->size != 5) std::abort();
  const hub::audit::Witnessed other{3, {}, request->note};
  const auto later = hub::audit::answer_add_checkpoint(*request, *log, other);
  if (later.store || later.fork) std::abort();
  return 0;
}
