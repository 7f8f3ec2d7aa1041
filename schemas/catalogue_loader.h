// Loads a catalogue from its files; see schemas/catalogue.h for the promises.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "schemas/catalogue.h"
#include "schemas/schema_text.h"

namespace flatbuffers {
struct EnumDef;
class Parser;
}  // namespace flatbuffers

namespace hub::schemas {

class CatalogueLoader {
 public:
  explicit CatalogueLoader(const std::map<std::string, std::string>& files) : files_(files) {}

  [[nodiscard]] Result<std::unique_ptr<const Catalogue>, std::vector<CatalogueMistake>> run();

 private:
  void wrong(const std::string& file, std::size_t line, std::string what, std::string hint);
  void scan_files();
  void refuse_shared_names();
  [[nodiscard]] bool includes_resolve(const std::string& file, const SchemaText& text);
  [[nodiscard]] bool parse(flatbuffers::Parser& parser, const std::string& file,
                           const SchemaText& text);
  [[nodiscard]] std::vector<Code> read_codes(const flatbuffers::EnumDef& definition,
                                             const SchemaEnum& lines, const std::string& file);
  void take_code_lists(const flatbuffers::Parser& parser, const std::string& file,
                       const SchemaText& text);
  void load_code_lists(const std::string& file, const SchemaText& text);
  void load_record_type(const std::string& file, const SchemaText& text);
  [[nodiscard]] const CodeList* code_list(const std::string& name) const;

  const std::map<std::string, std::string>& files_;
  std::map<std::string, SchemaText> texts_;
  std::vector<CatalogueMistake> mistakes_;
  std::vector<std::unique_ptr<const CodeList>> code_lists_;
  std::vector<std::unique_ptr<const RecordType>> types_;
};

}  // namespace hub::schemas
