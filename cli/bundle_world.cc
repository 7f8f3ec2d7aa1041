#include "cli/bundle_world.h"

#include <utility>

#include "core/base/clock.h"
#include "core/base/file.h"
#include "policy/london_authorities.h"
#include "schemas/message.h"
#include "schemas/register.h"

namespace hub::cli {

std::vector<policy::PartyFacts> parties_of(const std::filesystem::path& register_note) {
  std::vector<policy::PartyFacts> out;
  if (register_note.empty()) {
    for (const auto& [code, name] : policy::london_authorities()) {
      out.push_back({std::string(code), std::string(name)});
    }
    return out;
  }
  const auto note = to_text(read_file(register_note, schemas::kMaxNoteBytes));
  const auto parties = schemas::Register::unsigned_content(note);
  if (!parties) throw EnvError(register_note.string() + ": " + parties.error().what);
  for (const auto& [code, authority] : (*parties)->authorities()) {
    out.push_back({code, authority.name, authority.suspended});
  }
  return out;
}

Result<BundleWorld, std::vector<policy::ParseError>> make_bundle_world(
    BundleFiles files, std::vector<policy::PartyFacts> parties) {
  std::map<std::string, std::string> written;
  for (const auto& [name, text] : files) {
    if (name.starts_with("catalogue/")) written.emplace(name, text);
  }
  auto catalogue = schemas::Catalogue::load(written);
  if (!catalogue) {
    std::vector<policy::ParseError> mistakes;
    for (auto& mistake : catalogue.error()) {
      mistakes.push_back({std::move(mistake.file), mistake.line, 0, std::move(mistake.what),
                          std::move(mistake.hint)});
    }
    return fail(std::move(mistakes));
  }
  BundleWorld out{std::move(files), std::move(*catalogue), {}, std::move(parties)};
  for (const auto& type : out.catalogue->types()) {
    out.record_types.push_back({type->name(), type->domain(), type->groups(),
                                type->address_groups(), type->patient_groups()});
  }
  return out;
}

std::optional<std::int32_t> day_named(const std::string& written) {
  return written.empty() ? day_of(SystemClock().now()) : parse_iso_date(written);
}

}  // namespace hub::cli
