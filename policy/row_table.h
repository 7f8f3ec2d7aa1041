// Where the rows of a query keep what policies can speak of: which column holds which attribute.
//
// Two kinds of rows. (1) The row is the resource: `entity_type` is its type, columns hold its
// attributes. (2) The resource is known, and the row is a part of the context (a held record: its
// sender, its agreement): `entity_type` is empty, `context_columns` names the attributes.
//
// The tables are STRICT, their columns without COLLATE: TEXT for String and for the id of an
// entity, INTEGER for Long and Bool. NOT NULL and CHECK should mirror the schema; the filter's
// guard looks all the same: a row that has NULL in a required column, a Bool that is neither 0 nor
// 1, or an id that is not among the known ones, is never selected. NULL in the column of an
// optional attribute means that the entity does not have it. Columns of set and closure tables are
// NOT NULL.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "policy/cedar/expression.h"
#include "policy/cedar/schema.h"
#include "policy/row_sql.h"

namespace hub::policy {

// A row for each item: `row_column` holds the id of the row it belongs to, `value_column` the item.
struct SideTable {
  std::string table;
  std::string row_column;
  std::string value_column;
};

// All names are plain: letters, digits, _, no digit first, no keyword of SQL.
struct RowMapping {
  std::string table;  // that the query selects from, or its alias
  std::string entity_type;
  std::string id_column;  // of the row as an entity

  std::map<std::string, std::string, std::less<>> columns;  // attribute of the resource: column
  std::map<std::string, SideTable, std::less<>> sets;       // set-valued attribute
  std::map<std::string, SideTable, std::less<>> ancestors;  // entity type: closure table
  // Entity type: the column with the id of the only parent of that type; NULL means none.
  std::map<std::string, std::string, std::less<>> parents;

  std::map<std::string, std::string, std::less<>> context_columns;  // attribute: column

  // Entity types of which all ids are known that rows may hold, with the entities in the snapshot.
  // Only of these can a condition look further: at attributes and groups of what a column names.
  std::map<std::string, std::vector<std::string>, std::less<>> known_ids;
};

struct RowColumn {
  std::string name;  // table.column; empty for a set
  TypePtr type;
  bool required = true;
  std::optional<SideTable> items;  // of a set
};

class RowTable {
 public:
  // The schema must outlive the table. The error is one sentence for whoever wrote the mapping.
  [[nodiscard]] static Result<RowTable, std::string> make(RowMapping mapping, const Schema& schema,
                                                          const EntityUid& action);

  // Op::Resource or Op::Context; null when there is no such column.
  [[nodiscard]] const RowColumn* column(Op holder, std::string_view attribute) const;
  // Whether the schema knows the attribute at all.
  [[nodiscard]] bool is_declared(Op holder, std::string_view attribute) const;
  [[nodiscard]] bool row_is_resource() const { return !mapping_.entity_type.empty(); }
  [[nodiscard]] const RowMapping& mapping() const { return mapping_; }
  [[nodiscard]] const Schema& schema() const { return *schema_; }
  [[nodiscard]] const EntityUid& action() const { return action_; }
  [[nodiscard]] std::string id() const { return mapping_.table + "." + mapping_.id_column; }
  // Null when rows may hold any id of the type. Of an enumerated type all are known.
  [[nodiscard]] const std::vector<std::string>* known_ids(std::string_view type) const;

  // Whether the groups of this type that the row is in can all be told from its columns.
  [[nodiscard]] bool knows_groups(std::string_view type) const;
  // Parents whose groups of this type are those of the snapshot.
  [[nodiscard]] std::vector<std::string> parents_with_groups(std::string_view type) const;

  // What every row must fulfil before policies are asked; never NULL.
  [[nodiscard]] SqlText guard() const;

 private:
  RowTable(RowMapping mapping, const Schema& schema, EntityUid action)
      : mapping_(std::move(mapping)), schema_(&schema), action_(std::move(action)) {}

  // What is wrong with the mapping; empty when nothing is.
  [[nodiscard]] std::string fault_of_names() const;
  [[nodiscard]] std::string fault_of_types() const;
  [[nodiscard]] std::string fault_of_groups() const;
  [[nodiscard]] std::string add_columns();
  [[nodiscard]] std::string add(Op holder, const std::string& attribute, RowColumn column);
  [[nodiscard]] const AttributeTypes* attributes_of(Op holder) const;
  [[nodiscard]] bool has_groups_of(const std::string& parent, std::string_view type) const;
  [[nodiscard]] SqlText guard_of(const std::string& column, const Type& type, bool required) const;

  RowMapping mapping_;
  const Schema* schema_;
  EntityUid action_;
  std::map<std::pair<Op, std::string>, RowColumn> columns_;
};

}  // namespace hub::policy
