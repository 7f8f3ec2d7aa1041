#include "policy/row_table.h"

#include <algorithm>

#include "policy/cedar/shown_text.h"

namespace hub::policy {
namespace {

constexpr std::size_t kMaxName = 64;

bool is_plain_name(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && name.size() <= kMaxName && is_letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

bool is_scalar(const Type& type) {
  switch (type.kind()) {
    case Type::Kind::Bool:
    case Type::Kind::Long:
    case Type::Kind::String:
    case Type::Kind::Entity: return true;
    case Type::Kind::Decimal:
    case Type::Kind::Ip:
    case Type::Kind::Datetime:
    case Type::Kind::Duration:
    case Type::Kind::Set:
    case Type::Kind::Record: return false;
  }
  return false;
}

}  // namespace

Result<RowTable, std::string> RowTable::make(RowMapping mapping, const Schema& schema,
                                             const EntityUid& action) {
  RowTable out(std::move(mapping), schema, action);
  for (auto& [type, ids] : out.mapping_.known_ids) {
    std::ranges::sort(ids);
    const auto repeated = std::ranges::unique(ids);
    ids.erase(repeated.begin(), repeated.end());
  }
  auto fault = out.fault_of_names();
  if (fault.empty()) fault = out.fault_of_types();
  if (fault.empty()) fault = out.fault_of_groups();
  if (fault.empty()) fault = out.add_columns();
  if (!fault.empty()) return fail(std::move(fault));
  return out;
}

std::string RowTable::fault_of_names() const {
  std::vector<std::string_view> names{mapping_.table};
  if (row_is_resource()) names.emplace_back(mapping_.id_column);
  for (const auto* columns : {&mapping_.columns, &mapping_.parents, &mapping_.context_columns}) {
    for (const auto& [attribute, column] : *columns) names.emplace_back(column);
  }
  for (const auto* tables : {&mapping_.sets, &mapping_.ancestors}) {
    for (const auto& [attribute, side] : *tables) {
      if (side.table == mapping_.table) {
        return "a set or closure table has the name of the rows' own table";
      }
      for (const auto& name : {side.table, side.row_column, side.value_column}) {
        if (!is_plain_name(name)) return "a name of a side table is not a plain one";
      }
    }
  }
  if (std::ranges::all_of(names, is_plain_name)) return {};
  return "a table's or column's name is not a plain one: letters, digits and _, no digit first";
}

std::string RowTable::fault_of_types() const {
  const auto* action = schema_->action(action_);
  if (action == nullptr) return "the schema has no action " + to_text(action_);
  const auto& own = mapping_.entity_type;
  for (const auto& [type, ids] : mapping_.known_ids) {
    if (schema_->entity_type(type) == nullptr)
      return "there is no entity type " + in_backquotes(type);
    if (type == own) return "the ids of the rows themselves are not to be known";
  }
  if (row_is_resource()) {
    if (schema_->entity_type(own) != nullptr && std::ranges::binary_search(action->resources, own))
      return {};
    return to_text(action_) + " does not apply to a resource of type " + in_backquotes(own);
  }
  if (mapping_.columns.empty() && mapping_.sets.empty() && mapping_.ancestors.empty() &&
      mapping_.parents.empty()) {
    return {};
  }
  return "the mapping has columns of the resource, but no entity type of the rows";
}

std::string RowTable::fault_of_groups() const {
  for (const auto& [type, side] : mapping_.ancestors) {
    if (schema_->can_be_in(mapping_.entity_type, type)) continue;
    return "a row cannot be in an entity of type " + in_backquotes(type);
  }
  for (const auto& [type, column] : mapping_.parents) {
    const auto& direct = schema_->entity_type(mapping_.entity_type)->member_of;
    if (std::ranges::binary_search(direct, type)) continue;
    return "a row cannot have a parent of type " + in_backquotes(type);
  }
  return {};
}

std::string RowTable::add_columns() {
  const auto qualified = [this](const std::string& column) {
    return mapping_.table + "." + column;
  };
  for (const auto& [attribute, column] : mapping_.columns) {
    auto fault = add(Op::Resource, attribute, {qualified(column), nullptr, true, {}});
    if (!fault.empty()) return fault;
  }
  for (const auto& [attribute, side] : mapping_.sets) {
    auto fault = add(Op::Resource, attribute, {{}, nullptr, true, side});
    if (!fault.empty()) return fault;
  }
  for (const auto& [attribute, column] : mapping_.context_columns) {
    auto fault = add(Op::Context, attribute, {qualified(column), nullptr, true, {}});
    if (!fault.empty()) return fault;
  }
  return {};
}

std::string RowTable::add(Op holder, const std::string& attribute, RowColumn column) {
  const auto* declared = find_attribute(*attributes_of(holder), attribute);
  if (declared == nullptr) return "the schema has no attribute " + in_backquotes(attribute);
  column.type = declared->type;
  column.required = declared->required;
  if (column.items) {
    // Without a row of its own, a set that is empty and one that is not there look alike.
    if (!declared->required)
      return in_backquotes(attribute) + " is optional: a set must be required";
    if (declared->type->kind() != Type::Kind::Set || !is_scalar(*declared->type->element())) {
      return in_backquotes(attribute) + " is not a set of Bool, Long, String or entities";
    }
  } else if (!is_scalar(*declared->type)) {
    return in_backquotes(attribute) +
           " is not a Bool, Long, String or entity, so no column holds it";
  }
  const bool fresh = columns_.try_emplace({holder, attribute}, std::move(column)).second;
  return fresh ? std::string() : in_backquotes(attribute) + " is mapped twice";
}

const AttributeTypes* RowTable::attributes_of(Op holder) const {
  if (holder == Op::Context) return &schema_->action(action_)->context;
  const auto* type = schema_->entity_type(mapping_.entity_type);
  return type == nullptr ? nullptr : &type->attributes;
}

const RowColumn* RowTable::column(Op holder, std::string_view attribute) const {
  const auto found = columns_.find({holder, std::string(attribute)});
  return found == columns_.end() ? nullptr : &found->second;
}

bool RowTable::is_declared(Op holder, std::string_view attribute) const {
  const auto* attributes = attributes_of(holder);
  return attributes != nullptr && find_attribute(*attributes, attribute) != nullptr;
}

const std::vector<std::string>* RowTable::known_ids(std::string_view type) const {
  const auto found = mapping_.known_ids.find(type);
  if (found != mapping_.known_ids.end()) return &found->second;
  const auto* declared = schema_->entity_type(type);
  return declared != nullptr && declared->enumeration ? &*declared->enumeration : nullptr;
}

// A parent of type `parent` may be in an entity of type `type` other than itself.
bool RowTable::has_groups_of(const std::string& parent, std::string_view type) const {
  const auto* declared = schema_->entity_type(parent);
  return declared != nullptr && std::ranges::any_of(declared->member_of, [&](const auto& above) {
           return schema_->can_be_in(above, type);
         });
}

bool RowTable::knows_groups(std::string_view type) const {
  if (mapping_.ancestors.contains(type)) return true;
  const auto& direct = schema_->entity_type(mapping_.entity_type)->member_of;
  return std::ranges::all_of(direct, [&](const std::string& parent) {
    if (!schema_->can_be_in(parent, type)) return true;
    if (!mapping_.parents.contains(parent)) return false;
    return !has_groups_of(parent, type) || known_ids(parent) != nullptr;
  });
}

std::vector<std::string> RowTable::parents_with_groups(std::string_view type) const {
  std::vector<std::string> out;
  for (const auto& [parent, column] : mapping_.parents) {
    if (has_groups_of(parent, type)) out.push_back(parent);
  }
  return out;
}

SqlText RowTable::guard_of(const std::string& column, const Type& type, bool required) const {
  const auto* ids = type.kind() == Type::Kind::Entity ? known_ids(type.entity_type()) : nullptr;
  const bool is_bool = type.kind() == Type::Kind::Bool;
  if (ids == nullptr && !is_bool) {
    return required ? SqlText{"(" + column + " IS NOT NULL)", {}, false} : sql_constant(true);
  }
  SqlText out;
  out << "(" << column << (required ? " IS NOT NULL AND " : " IS NULL OR ");
  if (is_bool) {
    out << column << " IN (0, 1)";
  } else {
    out << column_in(column, false, std::vector<Binding>(ids->begin(), ids->end()));
  }
  out << ")";
  return out;
}

SqlText RowTable::guard() const {
  std::vector<SqlText> parts;
  if (row_is_resource()) parts.push_back({"(" + id() + " IS NOT NULL)", {}, false});
  for (const auto& [place, column] : columns_) {
    if (!column.items) parts.push_back(guard_of(column.name, *column.type, column.required));
  }
  for (const auto& [type, column] : mapping_.parents) {
    parts.push_back(guard_of(mapping_.table + "." + column, *Type::entity(type), false));
  }
  return all_of(std::move(parts));
}

}  // namespace hub::policy
