// The catalogue: every record type of one bundle, read from its .fbs files at run time.
//
// A file either holds code lists (enums) or one record type (one table, the root type). Field
// attributes carry what FlatBuffers has no word for; schemas/catalogue/README.md lists them. The
// loader is strict, since a slip here would become a rule for 33 authorities: every mistake in
// every file is named, and one mistake is enough to refuse the whole catalogue.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "schemas/record_type.h"

namespace hub::schemas {

struct CatalogueMistake {
  std::string file;
  std::size_t line = 0;  // 1-based; 0 when the file as a whole is at fault
  std::string what;
  std::string hint;  // what to do
};

// "code_lists.fbs:12: what: hint", for a log line or a terminal.
[[nodiscard]] std::string to_string(const CatalogueMistake& mistake);

// Immutable and thread-safe. Record types and their fields live as long as the catalogue.
class Catalogue {
 public:
  // `files`: "catalogue/NAME.fbs" -> its text; files with other names are a mistake. An include
  // names another file of the same map, never one on disk.
  [[nodiscard]] static Result<std::unique_ptr<const Catalogue>, std::vector<CatalogueMistake>> load(
      const std::map<std::string, std::string>& files);

  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;
  Catalogue(Catalogue&&) = delete;
  Catalogue& operator=(Catalogue&&) = delete;
  ~Catalogue();

  // Null when there is no such type.
  [[nodiscard]] const RecordType* find(std::string_view name) const;
  // In order of name.
  [[nodiscard]] const std::vector<std::unique_ptr<const RecordType>>& types() const {
    return types_;
  }

 private:
  Catalogue() = default;
  friend class CatalogueLoader;

  std::vector<std::unique_ptr<const CodeList>> code_lists_;
  std::vector<std::unique_ptr<const RecordType>> types_;
};

}  // namespace hub::schemas
