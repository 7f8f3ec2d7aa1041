// Any bytes as entities in JSON: what is read must hold what a hierarchy promises. Links: policy.
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "policy/cedar/entities_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = hub::as_text({data, size});
  const auto world = hub::policy::parse_entities(text);
  if (world) {
    const hub::policy::HashedUid ann({"User", "ann"});
    const auto* found = world->find(ann);
    if (found != nullptr) {
      for (const auto& parent : found->parents) {
        const hub::policy::HashedUid above(parent);
        hub::require(world->is_in(ann, above), "a child is in its parent");
        hub::require(!world->is_in(above, ann), "no parent is in its child");
      }
    }
  } else {
    hub::require(!world.error().empty(), "a refusal has words");
  }
  const auto record = hub::policy::parse_record(text);
  if (record) static_cast<void>(to_text(hub::policy::Value(*record)));
  return 0;
}
