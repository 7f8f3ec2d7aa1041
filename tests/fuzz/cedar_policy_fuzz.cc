// Any bytes as a policy text: parsed, and what parses is decided with. Links: policy.
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "policy/cedar/authorizer.h"

namespace {

using hub::policy::Attribute;
using hub::policy::Entities;
using hub::policy::Entity;
using hub::policy::EntityUid;
using hub::policy::Record;
using hub::policy::Request;
using hub::policy::Set;
using hub::policy::Value;

const Entities& world() {
  static const Entities made_once = [] {
    Entity ann;
    ann.uid = {"User", "ann"};
    ann.attributes = {{"a", Value(std::int64_t{1})}, {"b", Value(EntityUid{"Team", "t"})}};
    ann.parents = {{"Team", "t"}};
    ann.tags = {{"t", Value(true)}};
    Entity team;
    team.uid = {"Team", "t"};
    team.parents = {{"Team", "all"}};
    auto made = Entities::make({ann, team});
    hub::require(made.has_value(), "the fuzzing world is well formed");
    return made ? std::move(*made) : Entities();
  }();
  return made_once;
}

const Request& request() {
  static const Request asked{
      {"User", "ann"},
      {"Action", "read"},
      {"File", "f"},
      Record{{"n", Value(std::int64_t{5})},
             {"r", Value(Record{{"x", Value(std::string_view("text"))}})},
             {"s", Value(Set({Value(std::int64_t{1}), Value(std::string_view("two"))}))}}};
  return asked;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = hub::as_text({data, size});
  const auto parsed =
      hub::policy::PolicySet::parse(text, "fuzz", hub::policy::PolicyIds::Positional);
  if (!parsed) {
    hub::require(!parsed.error().empty(), "a refusal names a mistake");
    return 0;
  }
  const auto response = hub::policy::authorize(*parsed, world(), request());
  hub::require(!response.allowed || !response.reasons.empty(), "an allow has a reason");
  return 0;
}
