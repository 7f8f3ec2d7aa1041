// What a bundle is made of, out of the folders it is written in or out of a note.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace hub::cli {

// "policy/ta.cedar" -> its text
using BundleFiles = std::map<std::string, std::string>;

// The .fbs, .cedar and .json files in catalogue/, policy/ and agreements/ of the folders. The error
// is a sentence: no such file anywhere, a file that two folders have, one that is no plain text.
[[nodiscard]] Result<BundleFiles, std::string> read_bundle_folders(
    const std::vector<std::filesystem::path>& folders);

// Folders as above, or one bundle: a text that `bundle make` wrote or a signed note, whose
// signatures are not looked at. The kinds of files (catalogue, policy, agreements) of which it has
// none come from the folders of `with`.
[[nodiscard]] Result<BundleFiles, std::string> read_bundle(
    const std::vector<std::filesystem::path>& from,
    const std::vector<std::filesystem::path>& with = {});

// The files of these folders that do not go into a bundle: the tests beside its policies, sorted.
[[nodiscard]] std::vector<std::filesystem::path> test_files(
    const std::vector<std::filesystem::path>& folders);

}  // namespace hub::cli
