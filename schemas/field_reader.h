// From one field of a parsed schema to a Field: what kind it is, and what its attributes say.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/catalogue.h"

namespace flatbuffers {
template <typename T>
class SymbolTable;
struct FieldDef;
struct Value;
}  // namespace flatbuffers

namespace hub::schemas {

// Where mistakes about one declaration go.
struct FieldPlace {
  const std::string& file;
  std::size_t line;
  std::vector<CatalogueMistake>& mistakes;

  void wrong(std::string what, std::string hint) const;
};

// The attributes of a table or field. Getters note a mistake when a value is missing or wrong.
class SchemaAttributes {
 public:
  SchemaAttributes(const flatbuffers::SymbolTable<flatbuffers::Value>& values, FieldPlace place)
      : values_(values), place_(place) {}

  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] std::string text_or_empty(std::string_view name) const;
  [[nodiscard]] std::int64_t number(std::string_view name, std::int64_t least,
                                    std::int64_t most) const;
  // True for "yes", false when absent.
  [[nodiscard]] bool yes(std::string_view name) const;
  void refuse_others(std::span<const std::string_view> known) const;

 private:
  const flatbuffers::SymbolTable<flatbuffers::Value>& values_;
  FieldPlace place_;
};

// Index, group index and pairing are left to the caller. Nothing when a mistake was noted.
[[nodiscard]] std::optional<Field> read_field(
    const flatbuffers::FieldDef& definition, const FieldPlace& place,
    const std::function<const CodeList*(const std::string&)>& code_list);

// What the attribute paired_with says; empty for nothing.
[[nodiscard]] std::string paired_name(const flatbuffers::FieldDef& definition);

}  // namespace hub::schemas
