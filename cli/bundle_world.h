// A bundle's files with what they are judged against: its catalogue, and the authorities that take
// part.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/bundle_files.h"
#include "core/base/result.h"
#include "policy/cedar/parse_error.h"
#include "policy/enforcement.h"
#include "schemas/catalogue.h"

namespace hub::cli {

struct BundleWorld {
  BundleFiles files;
  std::unique_ptr<const schemas::Catalogue> catalogue;
  std::vector<policy::RecordTypeFacts> record_types;
  std::vector<policy::PartyFacts> parties;
};

// The 33 authorities of London, none suspended; those of a register where its note is given, whose
// signatures are not looked at. Throws EnvError when it is no register.
[[nodiscard]] std::vector<policy::PartyFacts> parties_of(
    const std::filesystem::path& register_note);

// The errors are the catalogue's mistakes.
[[nodiscard]] Result<BundleWorld, std::vector<policy::ParseError>> make_bundle_world(
    BundleFiles files, std::vector<policy::PartyFacts> parties);

// Today's date, or the one written; nothing when that is none.
[[nodiscard]] std::optional<std::int32_t> day_named(const std::string& written);

}  // namespace hub::cli
