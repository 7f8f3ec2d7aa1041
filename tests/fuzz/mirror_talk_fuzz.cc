// Any bytes as what an owner of a log and a holder of its leaves say to each other. Each has one
// spelling; a block that was read opens for nobody who has another key, and convinces nobody.
#include "audit/mirror/mirrored_log.h"
#include "core/base/result.h"

namespace {

using hub::require;
using namespace hub::audit;  // both sides of one talk

constexpr std::string_view kHub = "test.hub.example";

void look_at(const MirrorBlock& block) {
  static const auto secret = hub::crypto::RecoverySecret::random();
  static const auto owner = hub::crypto::IdentityKey::generate();
  require(!is_signed_by(block, kHub, owner.verify_key()), "nobody signed this");
  require(!open_leaves(block, kHub, secret), "it was not sealed to this key");
  MirroredLog log({block.origin, block.key}, std::string(kHub), {});
  require(!log.take(block, secret), "nor is it taken");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hub::Bytes bytes(data, size);
  if (const auto question = parse_question(bytes)) {
    require(hub::same_bytes(write_question(*question), bytes), "a question has one spelling");
    if (const auto* block = std::get_if<MirrorBlock>(&*question)) look_at(*block);
  }
  if (const auto reply = parse_reply(bytes)) {
    require(hub::same_bytes(write_reply(*reply), bytes), "a reply has one spelling");
  }
  return 0;
}
