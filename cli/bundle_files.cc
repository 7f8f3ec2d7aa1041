#include "cli/bundle_files.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/crypto/note.h"
#include "schemas/bundle.h"
#include "schemas/message.h"
#include "schemas/text_rules.h"

namespace hub::cli {
namespace {

namespace fs = std::filesystem;

bool goes_in(const fs::path& file) {
  const auto extension = file.extension();
  return extension == ".fbs" || extension == ".cedar" || extension == ".json";
}

// Adds the files of one folder; the sentence that says what is wrong, or nothing.
std::string add_folder(const fs::path& folder, BundleFiles& files) {
  for (const auto kind : schemas::kBundleFolders) {
    if (!fs::is_directory(folder / kind)) continue;
    for (const auto& entry : fs::directory_iterator(folder / kind)) {
      if (!goes_in(entry.path())) continue;
      const auto name = std::string(kind) + "/" + entry.path().filename().string();
      auto text = to_text(read_file(entry.path(), schemas::kMaxNoteBytes));
      if (schemas::check_characters(text, true, text.size()) != schemas::TextRule::Fine) {
        return entry.path().string() + " is not plain UTF-8 text without control characters";
      }
      if (!files.emplace(name, std::move(text)).second) {
        return entry.path().string() + ": another folder has a " + name +
               ", too; leave one of them out";
      }
    }
  }
  return {};
}

Result<BundleFiles, std::string> files_in_note(const fs::path& file) {
  const auto content = to_text(read_file(file, schemas::kMaxNoteBytes));
  const auto text = crypto::unverified_text(content, schemas::kMaxNoteBytes);
  const auto bundle =
      parse_json(text ? *text : content, {.max_bytes = schemas::kMaxNoteBytes, .max_depth = 16});
  const auto no_bundle = file.string() + " is neither a folder nor a bundle";
  if (!bundle || !bundle->is_object() || bundle->value("kind", nlohmann::json()) != "bundle") {
    return fail(no_bundle);
  }
  const auto files = bundle->find("files");
  if (files == bundle->end() || !files->is_object()) return fail(no_bundle);
  BundleFiles out;
  for (const auto& [name, held] : files->items()) {
    if (!held.is_string()) return fail(no_bundle);
    out.emplace(name, held.get<std::string>());
  }
  return out;
}

std::string kind_of(const std::string& name) { return name.substr(0, name.find('/')); }

}  // namespace

Result<BundleFiles, std::string> read_bundle_folders(const std::vector<fs::path>& folders) {
  BundleFiles out;
  for (const auto& folder : folders) {
    if (auto wrong = add_folder(folder, out); !wrong.empty()) return fail(std::move(wrong));
  }
  if (out.empty()) {
    return fail(
        std::string("none of the folders holds catalogue/, policy/, links/ or agreements/"));
  }
  return out;
}

Result<BundleFiles, std::string> read_bundle(const std::vector<fs::path>& from,
                                             const std::vector<fs::path>& with) {
  const bool note = from.size() == 1 && fs::is_regular_file(from.front());
  auto out = note ? files_in_note(from.front()) : read_bundle_folders(from);
  if (!out || with.empty()) return out;
  auto more = read_bundle_folders(with);
  if (!more) return more;
  std::set<std::string> there;
  for (const auto& [name, text] : *out) there.insert(kind_of(name));
  for (auto& [name, text] : *more) {
    if (!there.contains(kind_of(name))) out->emplace(name, std::move(text));
  }
  return out;
}

std::vector<fs::path> test_files(const std::vector<fs::path>& folders) {
  std::vector<fs::path> out;
  for (const auto& folder : folders) {
    if (!fs::is_directory(folder / "tests")) continue;
    for (const auto& entry : fs::directory_iterator(folder / "tests")) {
      if (entry.path().extension() == ".json") out.push_back(entry.path());
    }
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace hub::cli
