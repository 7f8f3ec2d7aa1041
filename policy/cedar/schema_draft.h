// A schema as it is written, before its names are looked up: what both text forms are read into
// and what resolve_schema() (schema_resolve.h) makes a Schema of. Inside the folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policy/cedar/expression.h"
#include "policy/cedar/schema.h"

namespace hub::policy {

// Limits of our own, so that no schema exhausts memory, time or stack. A type's size is what it
// would be without common types, each of them written out where it is used: small texts could
// else stand for types that nobody can compare or print.
inline constexpr std::size_t kMaxSchemaDepth = 100;            // of types within types
inline constexpr std::size_t kMaxSchemaTypes = 2'000;          // entity types
inline constexpr std::size_t kMaxSchemaActions = 2'000;        // actions
inline constexpr std::size_t kMaxSchemaReferences = 100'000;   // to entity types and actions
inline constexpr std::size_t kMaxTypeSize = 100'000;           // types within one type
inline constexpr std::size_t kMaxSchemaTypeSizes = 1'000'000;  // all of the schema together

// A name where it is declared or used. Without a text (JSON) the place is 0.
struct DraftName {
  std::string name;
  Span where;
};

struct DraftAttribute;

struct DraftType {
  enum class Kind : std::uint8_t {
    Simple,  // `simple` says which
    Named,   // a common type, an entity type or a simple type, looked for in this order
    Common,  // a common type or a simple type
    Entity,  // an entity type
    Set,     // of the one type in `element`
    Record,
  };

  Kind kind = Kind::Record;
  Type::Kind simple = Type::Kind::Bool;
  DraftName name;
  std::vector<DraftType> element;
  std::vector<DraftAttribute> attributes;  // a name that comes again replaces what it was
};

struct DraftAttribute {
  std::string name;
  DraftType type;
  bool required = true;
};

struct DraftCommonType {
  DraftName name;
  DraftType type;
};

struct DraftEntityType {
  std::vector<DraftName> names;
  std::vector<DraftName> member_of;
  std::optional<DraftType> shape;  // nothing: no attributes
  std::optional<DraftType> tags;
  std::optional<std::vector<std::string>> enumeration;
};

struct DraftGroup {
  std::string type;  // as written; "Action" when only the id is
  std::string id;
  Span where;
};

struct DraftAction {
  std::vector<DraftName> names;
  std::vector<DraftGroup> member_of;
  std::vector<DraftName> principals;
  std::vector<DraftName> resources;
  std::optional<DraftType> context;  // nothing: an empty record
};

struct DraftNamespace {
  std::string name;  // "" where no namespace is named
  std::vector<DraftCommonType> common_types;
  std::vector<DraftEntityType> entity_types;
  std::vector<DraftAction> actions;
};

// Each namespace once.
using SchemaDraft = std::vector<DraftNamespace>;

}  // namespace hub::policy
