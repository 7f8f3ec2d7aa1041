#include "schemas/catalogue_loader.h"

#include <flatbuffers/idl.h>

#include <algorithm>
#include <set>
#include <utility>

#include "schemas/record_type_reader.h"
#include "schemas/text_rules.h"

namespace hub::schemas {
namespace {

constexpr std::string_view kFolder = "catalogue/";
constexpr std::string_view kEnding = ".fbs";
constexpr std::string_view kErrorMark = "error: ";
constexpr std::size_t kMaxCatalogueFiles = 256;
constexpr std::size_t kMaxCodes = 200;

flatbuffers::IDLOptions parser_options() {
  flatbuffers::IDLOptions options;
  options.strict_json = true;
  options.binary_schema_comments = true;
  return options;
}

// The parser's own words are "FILE:LINE: COLUMN: error: WHAT".
CatalogueMistake from_parser(const std::string& file, std::string_view error) {
  CatalogueMistake out{file, 0, "the schema cannot be read", "correct this line"};
  const std::string prefix = file + ":";
  if (error.starts_with(prefix)) {
    const auto rest = error.substr(prefix.size());
    const auto line = whole_number(rest.substr(0, rest.find(':')));
    if (line && *line > 0) out.line = static_cast<std::size_t>(*line);
  }
  const auto mark = error.find(kErrorMark);
  if (mark != std::string_view::npos) {
    const auto what = error.substr(mark + kErrorMark.size());
    out.what = what.substr(0, what.find_first_of("\r\n"));
  }
  return out;
}

}  // namespace

void CatalogueLoader::wrong(const std::string& file, std::size_t line, std::string what,
                            std::string hint) {
  mistakes_.push_back(CatalogueMistake{file, line, std::move(what), std::move(hint)});
}

Result<std::unique_ptr<const Catalogue>, std::vector<CatalogueMistake>> CatalogueLoader::run() {
  scan_files();
  if (!mistakes_.empty()) return fail(std::move(mistakes_));
  refuse_shared_names();
  // Code lists first: record types of any file refer to them.
  for (const auto& [file, text] : texts_) {
    if (text.tables.empty()) load_code_lists(file, text);
  }
  for (const auto& [file, text] : texts_) {
    if (!text.tables.empty()) load_record_type(file, text);
  }
  if (mistakes_.empty() && types_.empty()) {
    wrong(std::string(kFolder), 0, "the catalogue has no record type", "add a file with a table");
  }
  if (!mistakes_.empty()) return fail(std::move(mistakes_));
  std::unique_ptr<Catalogue> out(new Catalogue());  // NOLINT(cppcoreguidelines-owning-memory)
  out->code_lists_ = std::move(code_lists_);
  out->types_ = std::move(types_);
  std::ranges::sort(out->types_, {},
                    [](const auto& type) -> const std::string& { return type->name(); });
  return std::unique_ptr<const Catalogue>(std::move(out));
}

void CatalogueLoader::scan_files() {
  if (files_.size() > kMaxCatalogueFiles) {
    wrong(std::string(kFolder), 0, "the catalogue has more than 256 files", "merge code lists");
    return;
  }
  for (const auto& [file, text] : files_) {
    const std::string_view name(file);
    const bool named = name.starts_with(kFolder) && name.ends_with(kEnding) &&
                       name.size() > kFolder.size() + kEnding.size() &&
                       name.find('/', kFolder.size()) == std::string_view::npos;
    if (!named) {
      wrong(file, 0, "this is no name of a catalogue file", "name it catalogue/NAME.fbs");
      continue;
    }
    auto scanned = SchemaText::read(file, text);
    if (scanned) {
      texts_.emplace(file, *std::move(scanned));
    } else {
      mistakes_.push_back(std::move(scanned.error()));
    }
  }
}

void CatalogueLoader::refuse_shared_names() {
  std::set<std::string, std::less<>> names;
  for (const auto& [file, text] : texts_) {
    for (const auto& list : text.enums) {
      if (names.insert(list.name).second) continue;
      wrong(file, list.line, "two code lists have this name", "rename one");
    }
  }
}

bool CatalogueLoader::includes_resolve(const std::string& file, const SchemaText& text) {
  bool resolved = true;
  std::set<std::string, std::less<>> seen;
  for (const auto& include : text.includes) {
    const auto at = texts_.find(std::string(kFolder) + include.name);
    const bool lists = at != texts_.end() && at->second.tables.empty();
    if (lists && text.tables.size() == 1 && seen.insert(include.name).second) continue;
    wrong(file, include.line, "this include is not possible",
          "a record type includes files of code lists, each once; code lists include nothing");
    resolved = false;
  }
  return resolved;
}

bool CatalogueLoader::parse(flatbuffers::Parser& parser, const std::string& file,
                            const SchemaText& text) {
  if (parser.Parse(text.text.c_str(), nullptr, file.c_str())) return true;
  mistakes_.push_back(from_parser(file, parser.error_));
  return false;
}

std::vector<Code> CatalogueLoader::read_codes(const flatbuffers::EnumDef& definition,
                                              const SchemaEnum& lines, const std::string& file) {
  std::vector<Code> codes;
  for (const auto* const value : definition.Vals()) {
    const auto at = std::ranges::find(lines.values, value->name, &SchemaName::name);
    const std::size_t line = at == lines.values.end() ? lines.line : at->line;
    const std::int64_t number = value->GetAsInt64();
    std::string label = joined_comment(value->doc_comment);
    if (!is_snake_case(value->name)) wrong(file, line, "a code is in snake case", "rename it");
    if (label.empty()) wrong(file, line, "the code has no label", "give it in a /// line above");
    if (number < 1 || number > 255) {
      wrong(file, line, "a code's value is 1 to 255", "0 is kept for absent values");
      continue;
    }
    codes.push_back({value->name, static_cast<std::uint8_t>(number), std::move(label)});
  }
  if (codes.size() > kMaxCodes || codes.empty()) {
    wrong(file, lines.line, "a code list has 1 to 200 codes", "split it");
  }
  return codes;
}

void CatalogueLoader::take_code_lists(const flatbuffers::Parser& parser, const std::string& file,
                                      const SchemaText& text) {
  for (const auto* const definition : parser.enums_.vec) {
    const auto lines = std::ranges::find(text.enums, definition->name, &SchemaEnum::name);
    if (lines == text.enums.end()) continue;  // of an included file
    const std::size_t before = mistakes_.size();
    if (definition->underlying_type.base_type != flatbuffers::BASE_TYPE_UCHAR ||
        !definition->attributes.dict.empty()) {
      wrong(file, lines->line, "a code list is an enum of ubyte without attributes",
            "write enum NAME : ubyte");
    }
    for (const auto& value : lines->implicit_values) {
      wrong(file, value.line, "the code has no explicit value", "write NAME = NUMBER");
    }
    std::string description = joined_comment(definition->doc_comment);
    if (description.empty()) {
      wrong(file, lines->line, "the code list has no description",
            "say with /// lines where it comes from");
    }
    auto codes = read_codes(*definition, *lines, file);
    if (mistakes_.size() != before) continue;
    code_lists_.push_back(std::make_unique<const CodeList>(definition->name, std::move(description),
                                                           std::move(codes)));
  }
}

void CatalogueLoader::load_code_lists(const std::string& file, const SchemaText& text) {
  if (!text.roots.empty()) {
    wrong(file, text.roots[0].line, "a file of code lists has no root_type", "leave it out");
  }
  if (!includes_resolve(file, text)) return;
  flatbuffers::Parser parser(parser_options());
  if (parse(parser, file, text)) take_code_lists(parser, file, text);
}

void CatalogueLoader::load_record_type(const std::string& file, const SchemaText& text) {
  const auto& table = text.tables[0];
  if (text.tables.size() != 1 || text.roots.size() != 1 || text.roots[0].name != table.name) {
    wrong(file, table.line, "a record type is one table, named by one root_type",
          "put each record type in a file of its own");
    return;
  }
  if (!includes_resolve(file, text)) return;
  flatbuffers::Parser parser(parser_options());
  for (const auto& include : text.includes) {
    const auto included = texts_.find(std::string(kFolder) + include.name);
    // A mistake there has been noted when that file was loaded by itself.
    if (!parser.Parse(included->second.text.c_str(), nullptr, included->first.c_str())) return;
  }
  if (!parse(parser, file, text)) return;
  take_code_lists(parser, file, text);
  const ReaderContext context{
      file, table, [this](const std::string& name) { return code_list(name); }, mistakes_};
  auto parts = read_record_type(*parser.root_struct_def_, context);
  if (!parts) return;
  parser.Serialize();
  const auto& builder = parser.builder_;
  parts->binary_schema = to_buffer({builder.GetBufferPointer(), builder.GetSize()});
  types_.push_back(std::make_unique<const RecordType>(*std::move(parts)));
}

const CodeList* CatalogueLoader::code_list(const std::string& name) const {
  const auto at =
      std::ranges::find(code_lists_, name, [](const auto& list) { return list->name(); });
  return at == code_lists_.end() ? nullptr : at->get();
}

}  // namespace hub::schemas
