#include <array>
#include <cstdlib>
#include <optional>

#include "core/base/byte_reader.h"
#include "core/storage/head_file.h"

// No bytes open under a key that did not seal them; every head opens to itself once sealed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hub::storage;
  static const HeadKey key = HeadKey::random();
  const hub::Bytes input(data, size);
  if (open_head(input, key)) std::abort();
  hub::ByteReader in(input);
  Head head;
  head.counter = in.u64();
  head.tree.size = in.u64();
  head.tree.root = in.array<32>();
  head.ledger = LedgerSum(in.array<32>());
  head.pages = in.u64();
  head.log_salts = in.array<8>();
  head.log_frames = in.u64();
  if (open_head(seal_head(head, key), key) != head) std::abort();
  return 0;
}
