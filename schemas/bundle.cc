#include "schemas/bundle.h"

#include <nlohmann/json.hpp>

namespace hub::schemas {
namespace {

constexpr std::size_t kMaxFiles = 4096;

bool is_bundle_path(std::string_view path) {
  return path.starts_with("catalogue/") || path.starts_with("policy/") ||
         path.starts_with("agreements/");
}

}  // namespace

Result<std::shared_ptr<const Bundle>, NoteMistake> Bundle::read(std::string_view note,
                                                                const Electorate& electorate) {
  nlohmann::json content;
  auto frame = read_numbered_note(note, "bundle", content);
  if (!frame) return fail(frame.error());
  if (const auto mistake = check_quorum(*frame, electorate)) return fail(*mistake);
  std::shared_ptr<Bundle> out(new Bundle);
  out->note_ = std::move(*frame);
  const auto files = content.find("files");
  if (files == content.end() || !files->is_object() || files->size() > kMaxFiles) {
    return fail(NoteMistake{"\"files\" must map at most 4,096 paths to texts"});
  }
  for (const auto& [path, text] : files->items()) {
    if (!is_bundle_path(path) || !text.is_string()) {
      return fail(NoteMistake{"each file must be a text under catalogue/, policy/ or agreements/"});
    }
    out->files_.emplace(path, text.get<std::string>());
  }
  return std::shared_ptr<const Bundle>(std::move(out));
}

std::string bundle_text(std::string_view hub, std::uint64_t number, std::string_view previous,
                        const std::map<std::string, std::string>& files) {
  const nlohmann::json content = {{"kind", "bundle"},
                                  {"hub", hub},
                                  {"number", number},
                                  {"previous", previous},
                                  {"files", files}};
  return content.dump(1) + "\n";
}

}  // namespace hub::schemas
