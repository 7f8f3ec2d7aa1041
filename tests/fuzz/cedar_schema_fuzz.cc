// Any bytes as a schema, in both text forms: what is read must hold what a schema promises.
// Links: policy.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "policy/cedar/schema_json.h"
#include "policy/cedar/schema_text.h"

namespace {

void check(const hub::Result<hub::policy::Schema, std::vector<hub::policy::ParseError>>& read) {
  if (!read) {
    hub::require(!read.error().empty() && read.error().size() <= 20,
                 "a refusal names some mistakes");
    return;
  }
  for (const auto& type : read->entity_types()) {
    for (const auto& parent : type.member_of) {
      hub::require(read->entity_type(parent) != nullptr, "each parent type is there");
      hub::require(read->can_be_in(type.name, parent), "a type can be in its parent");
    }
  }
  for (const auto& action : read->actions()) {
    for (const auto& group : action.member_of) {
      hub::require(read->action(group) != nullptr, "each group is there");
      hub::require(!read->action_is_in(group, action.uid), "no group is in its member");
    }
  }
  hub::require(*read == hub::policy::Schema(*read), "a schema equals its copy");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = hub::as_text({data, size});
  check(hub::policy::parse_schema(text, "fuzz"));
  check(hub::policy::parse_schema_json(text, "fuzz"));
  return 0;
}
