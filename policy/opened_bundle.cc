#include "policy/opened_bundle.h"

#include <algorithm>
#include <utility>

#include "policy/rulebook_reader.h"
#include "policy/world.h"

namespace hub::policy {
namespace {

// In order of their names.
std::vector<Entity> entities_of(const Entities& world) {
  std::vector<Entity> out;
  for (const auto* entity : world.all()) out.push_back(*entity);
  std::ranges::sort(out, {}, &Entity::uid);
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
  out.world = entities_of(world->entities);
  return out;
}

}  // namespace hub::policy
