// Any bytes as a policy text: parsed, looked at for what a store can be asked, and made a filter.
// What passes the look compiles, unless it gets too large. Links: policy.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "policy/cedar/schema_text.h"
#include "policy/row_filter.h"

namespace {

using hub::policy::Entities;
using hub::policy::Entity;
using hub::policy::EntityUid;
using hub::policy::Finding;
using hub::policy::FindingKind;
using hub::policy::RowMapping;
using hub::policy::RowTable;
using hub::policy::Value;

constexpr const char* kSchema = R"schema(
  entity Team;
  entity User in [Team] = { a: Long, b?: String, t: Team };
  entity File in [Team] = {
    n: Long, s: String, f: Bool, o?: Long, owner: User, tags: Set<String>,
  };
  action read appliesTo { principal: User, resource: File, context: { n: Long, r: String } };
)schema";

const RowTable& table() {
  static const RowTable made = [] {
    static const auto schema =
        hub::promised(hub::policy::parse_schema(kSchema, "s"), "the schema is sound");
    RowMapping mapping;
    mapping.table = "file";
    mapping.entity_type = "File";
    mapping.id_column = "id";
    for (const auto* name : {"n", "s", "f", "o", "owner"}) mapping.columns.emplace(name, name);
    mapping.sets = {{"tags", {"file_tag", "file", "tag"}}};
    mapping.parents = {{"Team", "team"}};
    mapping.context_columns = {{"r", "r"}};
    mapping.known_ids = {{"User", {"ann", "bob"}}};
    return hub::promised(RowTable::make(mapping, schema, {"Action", "read"}), "it fits");
  }();
  return made;
}

const Entities& world() {
  static const Entities made = [] {
    Entity ann;
    ann.uid = {"User", "ann"};
    ann.attributes = {{"a", Value(std::int64_t{1})}, {"t", Value(EntityUid{"Team", "t"})}};
    ann.parents = {{"Team", "t"}};
    return hub::promised(Entities::make({ann}), "the fuzzing world is well formed");
  }();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = hub::as_text({data, size});
  const auto parsed =
      hub::policy::PolicySet::parse(text, "fuzz", hub::policy::PolicyIds::Positional);
  if (!parsed) return 0;
  const auto findings = hub::policy::row_filter_findings(*parsed, table());
  const auto filter = hub::policy::row_filter(
      *parsed, world(), {{"User", "ann"}, std::nullopt, {{"n", Value(std::int64_t{5})}}}, table());
  if (filter) {
    hub::require(
        static_cast<std::size_t>(std::ranges::count(filter->where, '?')) == filter->values.size(),
        "each question mark has its value");
    return 0;
  }
  const bool too_much = std::ranges::any_of(filter.error(), [](const Finding& one) {
    return one.kind == FindingKind::TooMuch || one.what.find("too much") != std::string::npos;
  });
  hub::require(too_much || !findings.empty(), "what passes the look compiles");
  return 0;
}
