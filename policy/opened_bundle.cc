#include "policy/opened_bundle.h"

#include <utility>

#include "policy/rulebook_reader.h"

namespace hub::policy {
namespace {

// Every entity of the world, by the names that the world is made of. A new kind of entity in
// make_world belongs here, too.
std::vector<Entity> entities_of(const Entities& world, const OpenedBundle& bundle) {
  std::vector<Entity> out;
  const auto take = [&](std::string_view type, std::string id) {
    const auto* found = world.find(HashedUid({std::string(type), std::move(id)}));
    if (found != nullptr) out.push_back(*found);
  };
  for (const auto& party : bundle.parties) {
    take("Authority", party.code);
    take("Agent", party.code);
  }
  for (const auto& type : bundle.record_types) {
    take("RecordType", type.name);
    for (const auto& group : type.field_groups) take("FieldGroup", type.name + "/" + group);
  }
  for (const auto& [id, agreement] : bundle.agreements) take("Agreement", id);
  take("Broker", "broker");
  return out;
}

}  // namespace

Result<OpenedBundle, std::vector<ParseError>> OpenedBundle::make(
    const std::map<std::string, std::string>& files, const std::vector<PartyFacts>& parties,
    const std::vector<RecordTypeFacts>& record_types) {
  auto rulebook = Rulebook::make(files, parties, record_types);
  if (!rulebook) return fail(std::move(rulebook.error()));
  auto text = read_rulebook(files, record_types);
  if (!text) return fail(std::move(text.error()));
  const auto world = make_world(parties, record_types, text->agreements);
  if (!world) return fail(std::vector{ParseError{"the bundle", 0, 0, world.error(), ""}});
  OpenedBundle out{std::move(*rulebook),
                   std::move(text->policies),
                   std::move(text->agreements),
                   record_types,
                   parties,
                   {}};
  out.world = entities_of(*world, out);
  return out;
}

}  // namespace hub::policy
