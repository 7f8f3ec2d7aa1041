#include "agent/file_source.h"

#include <fstream>

#include "agent/source_csv.h"
#include "agent/source_json.h"

namespace hub::agent {
namespace {

// The type whose name the file's name starts with, followed by something that is no part of a name.
const schemas::RecordType* type_of(const std::string& name, const schemas::Catalogue& catalogue) {
  for (const auto& type : catalogue.types()) {
    const auto& prefix = type->name();
    if (!name.starts_with(prefix) || name.size() == prefix.size()) continue;
    const char next = name[prefix.size()];
    if (next == '.' || next == '-' || next == '_' || next == ' ') return type.get();
  }
  return nullptr;
}

}  // namespace

Result<OpenedSource, FileProblem> open_source(const std::filesystem::path& file,
                                              const schemas::Catalogue& catalogue) {
  OpenedSource out;
  out.type = type_of(file.filename().string(), catalogue);
  if (out.type == nullptr) {
    std::string types;
    for (const auto& type : catalogue.types()) types += " " + type->name();
    return fail(
        FileProblem{0, "the file's name does not start with a record type",
                    "name it TYPE.csv or TYPE-anything.json, where TYPE is one of:" + types});
  }
  const auto extension = file.extension().string();
  const bool csv = extension == ".csv";
  if (!csv && extension != ".json" && extension != ".ndjson") {
    return fail(FileProblem{0, "the file is neither .csv nor .json nor .ndjson",
                            "give it the extension of what it holds"});
  }
  auto stream = std::make_unique<std::ifstream>(file, std::ios::binary);
  if (!*stream) throw EnvError("cannot read " + file.string());
  auto source =
      csv ? open_csv(std::move(stream), *out.type) : open_json(std::move(stream), *out.type);
  if (!source) return fail(source.error());
  out.source = std::move(*source);
  return out;
}

}  // namespace hub::agent
