// The comparisons of a RowCompiler: what can be asked of columns directly.

#include <algorithm>

#include "policy/cedar/shown_text.h"
#include "policy/row_compiler.h"

namespace hub::policy {
namespace {

Obstacle of_other_types(const Node& node) {
  return {node.span, "the two sides are of different types", "compare values of the same type"};
}

bool is_kind(const TypePtr& type, Type::Kind kind) {
  return type == nullptr || type->kind() == kind;
}

enum class Fit : std::uint8_t { Same, NeverEqual, Different };

// Entities of different types may be compared; they are never equal.
Fit fit(const TypePtr& left, const TypePtr& right) {
  if (left == nullptr || right == nullptr) return Fit::Same;
  if (left->kind() != right->kind()) return Fit::Different;
  if (left->kind() != Type::Kind::Entity) return Fit::Same;
  return left->entity_type() == right->entity_type() ? Fit::Same : Fit::NeverEqual;
}

std::vector<std::string> together(const std::vector<std::string>& left,
                                  const std::vector<std::string>& right) {
  auto out = left;
  out.insert(out.end(), right.begin(), right.end());
  return out;
}

// As it is bound where a column of this type is compared with it; nothing when the two are never
// equal.
std::optional<Binding> bound_as(const Type& type, const Value& value) {
  if (type.kind() == Type::Kind::Bool && value.boolean() != nullptr) {
    return std::int64_t{*value.boolean() ? 1 : 0};
  }
  if (type.kind() == Type::Kind::Long && value.number() != nullptr) return *value.number();
  if (type.kind() == Type::Kind::String && value.text() != nullptr) return *value.text();
  if (type.kind() != Type::Kind::Entity || value.entity() == nullptr) return std::nullopt;
  const auto& uid = value.entity()->uid;
  return uid.type == type.entity_type() ? std::optional<Binding>(uid.id) : std::nullopt;
}

SqlText parameter(Binding value) { return {"?", {std::move(value)}, false}; }

}  // namespace

RowCompiler::Read RowCompiler::operand(NodeId id) {
  const auto& node = in_.nodes[id];
  if (is_known(id)) return literal(node, in_.constant(id));
  switch (node.op) {
    case Op::Resource:
      if (!table_.row_is_resource()) break;
      return Operand{
          {table_.id(), {}, false}, Type::entity(table_.mapping().entity_type), {}, true};
    case Op::GetAttribute: return column(node);
    case Op::And:
    case Op::Or:
    case Op::Not:
    case Op::Equal:
    case Op::NotEqual:
    case Op::Less:
    case Op::LessEqual:
    case Op::Greater:
    case Op::GreaterEqual:
    case Op::In:
    case Op::HasAttribute:
    case Op::Contains:
    case Op::Like:
    case Op::Is: {
      auto compiled = condition(id);
      if (!compiled) return fail(std::move(compiled.error()));
      return Operand{std::move(*compiled), Type::simple(Type::Kind::Bool), {}, false};
    }
    case Op::Literal:
    case Op::Principal:
    case Op::Action:
    case Op::Context:
    case Op::If:
    case Op::Negate:
    case Op::Add:
    case Op::Subtract:
    case Op::Multiply:
    case Op::GetTag:
    case Op::HasTag:
    case Op::ContainsAll:
    case Op::ContainsAny:
    case Op::IsEmpty:
    case Op::Set:
    case Op::Record:
    case Op::Call: break;
  }
  return fail(outside_fragment(node));
}

// Null: known, but not yet.
RowCompiler::Read RowCompiler::literal(const Node& node, const Value* value) {
  if (value == nullptr) return Operand{{"?", {}, false}, nullptr, {}, true};
  if (const auto* truth_value = value->boolean()) {
    return Operand{sql_constant(*truth_value), Type::simple(Type::Kind::Bool), {}, true};
  }
  if (const auto* number = value->number()) {
    return Operand{parameter(*number), Type::simple(Type::Kind::Long), {}, true};
  }
  if (const auto* text = value->text()) {
    return Operand{parameter(*text), Type::simple(Type::Kind::String), {}, true};
  }
  if (const auto* uid = value->entity()) {
    return Operand{parameter(uid->uid.id), Type::entity(uid->uid.type), {}, true};
  }
  return fail(Obstacle{node.span, "a value of this type cannot be compared with a column",
                       "compare with a Bool, a Long, a String or an entity"});
}

RowCompiler::Read RowCompiler::column(const Node& node) const {
  const auto holder = child(node, 0).op;
  if (holder != Op::Resource && holder != Op::Context) return fail(outside_fragment(node));
  const auto& name = in_.names[node.operand];
  const auto* found = table_.column(holder, name);
  if (found == nullptr) {
    return fail(Obstacle{node.span,
                         "the store keeps no " + in_backquotes(name) + " for the filter to look at",
                         "use an attribute that has a column"});
  }
  if (found->items) {
    return fail(Obstacle{node.span,
                         "of the set " + in_backquotes(name) + " only contains can be asked",
                         "write a condition with .contains(...)"});
  }
  Operand out{{found->name, {}, !found->required}, found->type, {}, true};
  if (!found->required) out.null_columns.push_back(found->name);
  return out;
}

RowCompiler::Compiled RowCompiler::equality(const Node& node, bool wanted) {
  auto left = operand(child_id(node, 0));
  if (!left) return fail(std::move(left.error()));
  auto right = operand(child_id(node, 1));
  if (!right) return fail(std::move(right.error()));
  switch (fit(left->type, right->type)) {
    case Fit::Different: return fail(of_other_types(node));
    case Fit::NeverEqual:
      return unless_null(sql_constant(!wanted), together(left->null_columns, right->null_columns));
    case Fit::Same: break;
  }
  SqlText out{"(", {}, left->sql.may_be_null || right->sql.may_be_null};
  out << std::move(left->sql) << (wanted ? " = " : " <> ") << std::move(right->sql) << ")";
  return out;
}

RowCompiler::Compiled RowCompiler::order(const Node& node, std::string_view sign) {
  auto left = operand(child_id(node, 0));
  if (!left) return fail(std::move(left.error()));
  auto right = operand(child_id(node, 1));
  if (!right) return fail(std::move(right.error()));
  if (!is_kind(left->type, Type::Kind::Long) || !is_kind(right->type, Type::Kind::Long)) {
    return fail(of_other_types(node));
  }
  SqlText out{"(", {}, left->sql.may_be_null || right->sql.may_be_null};
  out << std::move(left->sql) << sign << std::move(right->sql) << ")";
  return out;
}

RowCompiler::Compiled RowCompiler::contains(const Node& node) {
  auto item = operand(child_id(node, 1));
  if (!item) return fail(std::move(item.error()));
  if (!item->plain) return fail(outside_fragment(child(node, 1)));
  const auto& set_node = child(node, 0);
  if (is_known(child_id(node, 0))) {
    const auto* value = in_.constant(child_id(node, 0));
    if (value != nullptr && entities_ != nullptr) return is_among(node, *item, *value);
    return SqlText{"?", {}, true};
  }
  if (set_node.op != Op::GetAttribute || child(set_node, 0).op != Op::Resource) {
    return fail(outside_fragment(set_node));
  }
  const auto* found = table_.column(Op::Resource, in_.names[set_node.operand]);
  if (found == nullptr || !found->items) {
    return fail(Obstacle{set_node.span,
                         "the store keeps no set " + in_backquotes(in_.names[set_node.operand]),
                         "use an attribute that has a table of its items"});
  }
  switch (fit(item->type, found->type->element())) {
    case Fit::Different: return fail(of_other_types(node));
    case Fit::NeverEqual: return unless_null(sql_constant(false), item->null_columns);
    case Fit::Same: break;
  }
  const auto& side = *found->items;
  SqlText out{"(", {}, true};
  out << std::move(item->sql) << " IN (SELECT " << side.table << "." << side.value_column
      << " FROM " << side.table << " WHERE " << side.table << "." << side.row_column << " = "
      << table_.id() << "))";
  return unless_null(std::move(out), item->null_columns);
}

// The item is a column: otherwise the whole were known.
RowCompiler::Compiled RowCompiler::is_among(const Node& node, const Operand& item,
                                            const Value& set) {
  if (set.set() == nullptr || item.type == nullptr) return fail(of_other_types(node));
  std::vector<Binding> values;
  for (const auto& one : set.set()->items()) {
    if (auto value = bound_as(*item.type, one)) values.push_back(std::move(*value));
  }
  return column_in(item.sql.text, item.sql.may_be_null, std::move(values));
}

RowCompiler::Compiled RowCompiler::membership(const Node& node) {
  const bool of_row = child(node, 0).op == Op::Resource && table_.row_is_resource();
  if (!of_row || !is_known(child_id(node, 1))) return fail(outside_fragment(node));
  const auto* groups = in_.constant(child_id(node, 1));
  if (groups == nullptr) {
    for (const auto& type : table_.schema().entity_types()) {
      const bool possible = table_.schema().can_be_in(table_.mapping().entity_type, type.name);
      if (possible && !table_.knows_groups(type.name)) {
        return fail(Obstacle{
            node.span, "the store does not keep in which " + in_backquotes(type.name) + " a row is",
            "name the group as it is written"});
      }
    }
    return SqlText{"?", {}, true};
  }
  if (groups->entity() != nullptr) return is_in_group(node, *groups);
  if (groups->set() == nullptr) return fail(of_other_types(node));
  std::vector<SqlText> parts;
  for (const auto& group : groups->set()->items()) {
    auto part = is_in_group(node, group);
    if (!part) return part;
    parts.push_back(std::move(*part));
  }
  return any_of(std::move(parts));
}

RowCompiler::Compiled RowCompiler::is_in_group(const Node& node, const Value& group) const {
  if (group.entity() == nullptr) return fail(of_other_types(node));
  const auto& uid = group.entity()->uid;
  const auto& mapping = table_.mapping();
  if (!table_.schema().can_be_in(mapping.entity_type, uid.type)) return sql_constant(false);
  if (!table_.knows_groups(uid.type)) {
    return fail(Obstacle{
        node.span, "the store does not keep in which " + in_backquotes(uid.type) + " a row is",
        "compare an attribute that has a column"});
  }
  std::vector<SqlText> parts;
  if (uid.type == mapping.entity_type) {
    parts.push_back({"(" + table_.id() + " = ?)", {uid.id}, false});
  }
  if (const auto found = mapping.ancestors.find(uid.type); found != mapping.ancestors.end()) {
    const auto& side = found->second;
    parts.push_back({"(? IN (SELECT " + side.table + "." + side.value_column + " FROM " +
                         side.table + " WHERE " + side.table + "." + side.row_column + " = " +
                         table_.id() + "))",
                     {uid.id},
                     true});
    return any_of(std::move(parts));
  }
  if (const auto found = mapping.parents.find(uid.type); found != mapping.parents.end()) {
    parts.push_back({"(" + mapping.table + "." + found->second + " IS ?)", {uid.id}, false});
  }
  for (const auto& parent : table_.parents_with_groups(uid.type)) {
    std::vector<Binding> inside;
    for (const auto& known : *table_.known_ids(parent)) {
      const HashedUid one({parent, known});
      if (entities_ != nullptr && entities_->is_in(one, *group.entity()))
        inside.emplace_back(known);
    }
    const auto name = mapping.table + "." + mapping.parents.find(parent)->second;
    SqlText part{"(" + name + " IS NOT NULL AND ", {}, false};
    part << column_in(name, false, std::move(inside)) << ")";
    parts.push_back(std::move(part));
  }
  return any_of(std::move(parts));
}

RowCompiler::Compiled RowCompiler::has_attribute(const Node& node) {
  const auto holder = child(node, 0).op;
  if (holder != Op::Resource && holder != Op::Context) return fail(outside_fragment(node));
  const auto& name = in_.names[node.operand];
  if (!table_.is_declared(holder, name)) return sql_constant(false);
  if (node.names > 1) return fail(outside_fragment(node));
  const auto* found = table_.column(holder, name);
  if (found == nullptr) {
    return fail(Obstacle{node.span,
                         "the store keeps no " + in_backquotes(name) + " for the filter to look at",
                         "use an attribute that has a column"});
  }
  if (found->items) return sql_constant(true);
  return SqlText{"(" + found->name + " IS NOT NULL)", {}, false};
}

// SQLite's GLOB ends at a NUL, so a text with one in it is an error here.
RowCompiler::Compiled RowCompiler::like(const Node& node) {
  auto text = operand(child_id(node, 0));
  if (!text) return fail(std::move(text.error()));
  if (!text->plain || !is_kind(text->type, Type::Kind::String)) return fail(of_other_types(node));
  const auto& pattern = in_.patterns[node.operand];
  auto glob = glob_of(pattern);
  if (glob.size() > kMaxRowPatternBytes || pattern.size() > kMaxRowPatternStars + 1 ||
      glob.find('\0') != std::string::npos) {
    return fail(Obstacle{node.span, "the pattern is too much for the store",
                         "use a shorter one with fewer stars and without \\0"});
  }
  const auto name = text->sql.text;
  return SqlText{"(CASE WHEN instr(" + name + ", char(0)) = 0 THEN " + name + " GLOB ? END)",
                 {std::move(glob)},
                 true};
}

RowCompiler::Compiled RowCompiler::is(const Node& node) {
  const auto who = operand(child_id(node, 0));
  if (!who) return fail(who.error());
  if (!is_kind(who->type, Type::Kind::Entity)) return fail(outside_fragment(node));
  const bool answer = who->type == nullptr || who->type->entity_type() == in_.names[node.operand];
  // `is T in g` has the children of `in`; in a residual it is taken apart.
  if (node.count > 1 && answer) return membership(node);
  return unless_null(sql_constant(answer), who->null_columns);
}

RowCompiler::Compiled RowCompiler::truth(NodeId id) {
  auto out = operand(id);
  if (!out) return fail(std::move(out.error()));
  if (!is_kind(out->type, Type::Kind::Bool)) return fail(of_other_types(in_.nodes[id]));
  return std::move(out->sql);
}

}  // namespace hub::policy
