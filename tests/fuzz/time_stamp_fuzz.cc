#include <cstdlib>

#include "core/crypto/time_stamp.h"

// What an answer says is printable; and no answer holds under certificates that are none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hub::Bytes response(data, size);
  const auto stamp = hub::crypto::read_time_stamp(response);
  if (!stamp) return 0;
  for (const char c : stamp->authority) {
    if (c < ' ' || c > '~') std::abort();
  }
  if (hub::crypto::verify_time_stamp(response, stamp->digest, "")) std::abort();
  return 0;
}
