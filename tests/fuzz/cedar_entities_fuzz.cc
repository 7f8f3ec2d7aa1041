// Any bytes as entities in JSON: what is read must hold what a hierarchy promises. Links: policy.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "policy/cedar/conformance.h"
#include "policy/cedar/entities_json.h"
#include "policy/cedar/schema_text.h"

namespace {

const hub::policy::Schema& schema() {
  static const auto made_once = [] {
    auto made = hub::policy::parse_schema(
        "entity Team in [Team]; entity Colour enum [\"red\"]; action use; action read in use "
        "appliesTo {principal: User, resource: Team, context: {team: Team, at?: datetime}};"
        "entity User in Team {team?: Team, tint?: Colour, home?: {ip?: ipaddr}, all?: Set<User>}"
        "tags Set<String>;",
        "fuzz");
    hub::require(made.has_value(), "the fuzzing schema is well formed");
    return made ? std::move(*made) : hub::policy::Schema();
  }();
  return made_once;
}

// What is read with a schema fits it, and holds the schema's actions.
void check_with_schema(std::string_view text) {
  const hub::policy::EntityUid read{"Action", "read"};
  const auto world = hub::policy::parse_entities(text, schema());
  if (world) {
    const hub::policy::HashedUid use({"Action", "use"});
    hub::require(world->is_in(hub::policy::HashedUid(read), use), "actions are the schema's");
  }
  const auto context = hub::policy::parse_context(text, schema(), read);
  if (context) {
    hub::require(hub::policy::faults_of_context(schema(), read, *context).empty(),
                 "a context that is read fits");
  }
}

}  // namespace

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
  check_with_schema(text);
  const auto record = hub::policy::parse_record(text);
  if (record) static_cast<void>(to_text(hub::policy::Value(*record)));
  return 0;
}
