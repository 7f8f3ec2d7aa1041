#include <cstdlib>

#include "audit/pack/pack_files.h"
#include "audit/pack/verify_pack.h"

// No archive is sound for a log that has signed nothing; what is read stays within its bounds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hub::audit;
  const ZipLimits limits{.members = 64, .member = 1U << 20U, .unpacked = 4U << 20U};
  const auto content = read_zip(hub::Bytes(data, size), is_pack_member, limits);
  if (!content) return 0;
  std::size_t unpacked = 0;
  for (const auto& [name, member] : content->members) {
    if (!is_pack_member(name)) std::abort();
    unpacked += member.size();
  }
  if (unpacked > limits.unpacked) std::abort();
  static const hub::crypto::NoteVerifier key("log.example/a", {1, 2, 3});
  if (verify_pack(*content, {key, std::nullopt, ""}).sound()) std::abort();
  static_cast<void>(verify_pack(*content, {}));
  return 0;
}
