// Files of the repository, for tests that judge what is really shipped.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/base/file.h"

namespace hub::policy {

inline std::string source_file(const std::string& path) {
  constexpr std::size_t most = 16U << 20U;
  return hub::to_text(Bytes(read_file(std::string(HUB_SOURCE_DIR) + "/" + path, most)));
}

// Every file under the folder, by its path within it.
inline std::map<std::string, std::string> source_files(const std::string& folder) {
  std::map<std::string, std::string> out;
  const std::filesystem::path root = std::string(HUB_SOURCE_DIR) + "/" + folder;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    const auto path = entry.path().lexically_relative(root).string();
    out[path] = source_file((std::filesystem::path(folder) / path).string());
  }
  return out;
}

}  // namespace hub::policy
