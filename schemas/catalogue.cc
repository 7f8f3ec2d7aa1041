#include "schemas/catalogue.h"

#include <algorithm>

#include "schemas/catalogue_loader.h"

namespace hub::schemas {

std::string to_string(const CatalogueMistake& mistake) {
  std::string out = mistake.file;
  if (mistake.line != 0) out += ":" + std::to_string(mistake.line);
  return out + ": " + mistake.what + ": " + mistake.hint;
}

Result<std::unique_ptr<const Catalogue>, std::vector<CatalogueMistake>> Catalogue::load(
    const std::map<std::string, std::string>& files) {
  return CatalogueLoader(files).run();
}

Catalogue::~Catalogue() = default;

const RecordType* Catalogue::find(std::string_view name) const {
  const auto at =
      std::ranges::find_if(types_, [&](const auto& type) { return type->name() == name; });
  return at == types_.end() ? nullptr : at->get();
}

}  // namespace hub::schemas
