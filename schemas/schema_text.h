// A first look at the text of a catalogue file, before FlatBuffers' own parser sees it.
//
// It admits only the part of the schema language that a catalogue uses (namespace, include,
// attribute, enum, table, root_type), so that the parser is never led to read files, to recurse or
// to meet JSON; and it remembers on which line each name stands, which the parser does not.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "schemas/catalogue.h"

namespace hub::schemas {

inline constexpr std::size_t kMaxSchemaBytes = 256U << 10U;
inline constexpr std::size_t kMaxSchemaNames = 4096;

struct SchemaName {
  std::string name;
  std::size_t line = 0;
};

struct SchemaEnum {
  std::string name;
  std::size_t line = 0;
  std::vector<SchemaName> values;
  std::vector<SchemaName> implicit_values;  // those without "= NUMBER"
};

struct SchemaTable {
  std::string name;
  std::size_t line = 0;
  std::vector<SchemaName> fields;

  // The line of the table itself when it has no such field.
  [[nodiscard]] std::size_t line_of(std::string_view field) const;
};

struct SchemaText {
  [[nodiscard]] static Result<SchemaText, CatalogueMistake> read(const std::string& file,
                                                                 std::string_view text);

  std::string text;  // for the parser: include lines are blanked out, so lines keep their numbers
  std::vector<SchemaName> includes;
  std::vector<SchemaEnum> enums;
  std::vector<SchemaTable> tables;
  std::vector<SchemaName> roots;
};

}  // namespace hub::schemas
