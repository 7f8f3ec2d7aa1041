#include "schemas/bundle.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace hub::schemas {
namespace {

constexpr std::size_t kMaxFiles = 4096;

bool is_bundle_path(std::string_view path) {
  return std::ranges::any_of(kBundleFolders, [&](std::string_view folder) {
    return path.starts_with(folder) && path.substr(folder.size()).starts_with('/');
  });
}

}  // namespace

Result<std::shared_ptr<const Bundle>, NoteMistake> Bundle::read(
    std::string_view note, std::span<const Electorate> electorates) {
  nlohmann::json content;
  auto frame = read_numbered_note(note, "bundle", content);
  if (!frame) return fail(frame.error());
  const auto number = content.find("register");
  if (number == content.end() || !number->is_number_unsigned() ||
      number->get<std::uint64_t>() == 0 || number->get<std::uint64_t>() > electorates.size()) {
    return fail(NoteMistake{"\"register\" must be the number of a register that is known here"});
  }
  const auto register_number = number->get<std::uint64_t>();
  if (const auto mistake = check_quorum(*frame, electorates[register_number - 1])) {
    return fail(*mistake);
  }
  std::shared_ptr<Bundle> out(new Bundle);
  out->note_ = std::move(*frame);
  out->register_number_ = register_number;
  const auto files = content.find("files");
  if (files == content.end() || !files->is_object() || files->size() > kMaxFiles) {
    return fail(NoteMistake{"\"files\" must map at most 4,096 paths to texts"});
  }
  for (const auto& [path, text] : files->items()) {
    if (!is_bundle_path(path) || !text.is_string()) {
      return fail(
          NoteMistake{"each file must be a text under catalogue/, policy/, links/ or agreements/"});
    }
    out->files_.emplace(path, text.get<std::string>());
  }
  return std::shared_ptr<const Bundle>(std::move(out));
}

std::map<std::string, std::string> Bundle::files_under(std::string_view folder) const {
  std::map<std::string, std::string> out;
  for (const auto& [path, text] : files_) {
    if (path.starts_with(folder)) out.emplace(path, text);
  }
  return out;
}

std::string bundle_text(std::string_view hub, std::uint64_t number, std::string_view previous,
                        std::uint64_t register_number,
                        const std::map<std::string, std::string>& files) {
  const nlohmann::json content = {{"kind", "bundle"},
                                  {"hub", hub},
                                  {"number", number},
                                  {"previous", previous},
                                  {"register", register_number},
                                  {"files", files}};
  return content.dump(1) + "\n";
}

}  // namespace hub::schemas
