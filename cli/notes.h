// Writing and signing the texts of notes, for every verb that does.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "cli/bundle_files.h"
#include "cli/verb.h"

namespace hub::cli {

struct BundleOrder {
  std::string hub;
  std::uint64_t register_number = 1;  // in force
  std::filesystem::path previous;     // the bundle note that this one follows; empty for the first
  std::filesystem::path out;
};

// Writes the bundle's unsigned text and says so.
[[nodiscard]] Exit write_bundle(const BundleOrder& order, const BundleFiles& files,
                                Streams streams);

// Adds an authority's signature to a text that has none yet, or to a note that others have signed.
[[nodiscard]] Exit add_signature(const std::filesystem::path& file,
                                 const std::filesystem::path& key, const std::string& authority,
                                 Streams streams);

}  // namespace hub::cli
