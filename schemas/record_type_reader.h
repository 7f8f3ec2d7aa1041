// From one table of a parsed schema to a record type: reads the attributes and checks that they
// make sense together. Every mistake is noted, not only the first.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/catalogue.h"
#include "schemas/schema_text.h"

namespace flatbuffers {
struct StructDef;
}

namespace hub::schemas {

struct ReaderContext {
  const std::string& file;
  const SchemaTable& lines;
  // Null when the catalogue has no such code list.
  std::function<const CodeList*(const std::string&)> code_list;
  std::vector<CatalogueMistake>& mistakes;
};

// Without the binary schema. Nothing when a mistake was noted.
[[nodiscard]] std::optional<RecordType::Parts> read_record_type(const flatbuffers::StructDef& table,
                                                                const ReaderContext& context);

// The `///` lines before a declaration, joined into one text.
[[nodiscard]] std::string joined_comment(const std::vector<std::string>& lines);

// Lower-case letters, digits and underscores, starting with a letter; at most 64 characters.
[[nodiscard]] bool is_snake_case(std::string_view name);

}  // namespace hub::schemas
