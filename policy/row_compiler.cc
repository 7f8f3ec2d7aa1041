#include "policy/row_compiler.h"

#include <algorithm>
#include <array>

namespace hub::policy {
namespace {

Obstacle too_much(Span span) {
  return {span, "the condition is too much for the store's filter",
          "nest it less, or compare with fewer ids"};
}

// What an operator is called in a finding.
std::string called(Op op) {
  switch (op) {
    case Op::Add: return "`+`, which may overflow,";
    case Op::Subtract:
    case Op::Negate: return "`-`, which may overflow,";
    case Op::Multiply: return "`*`, which may overflow,";
    case Op::If: return "`if`";
    case Op::ContainsAll: return "`containsAll`";
    case Op::ContainsAny: return "`containsAny`";
    case Op::IsEmpty: return "`isEmpty`";
    case Op::GetTag: return "`getTag`";
    case Op::HasTag: return "`hasTag`";
    case Op::Set: return "a set with an attribute of the row in it";
    case Op::Record: return "a record with an attribute of the row in it";
    case Op::Call: return "a function of an extension type";
    case Op::Context: return "the context as a whole";
    case Op::Resource: return "the resource, used like this,";
    case Op::GetAttribute: return "an attribute of what the row only names";
    case Op::HasAttribute: return "`has` for what the row only names";
    case Op::In: return "`in` between these two";
    case Op::Literal:
    case Op::Principal:
    case Op::Action:
    case Op::And:
    case Op::Or:
    case Op::Not:
    case Op::Equal:
    case Op::NotEqual:
    case Op::Less:
    case Op::LessEqual:
    case Op::Greater:
    case Op::GreaterEqual:
    case Op::Contains:
    case Op::Like:
    case Op::Is: return "this condition";
  }
  return "this condition";
}

}  // namespace

Obstacle outside_fragment(const Node& node) {
  return {node.span, called(node.op) + " cannot be asked of the store",
          "use comparisons, ==, &&, ||, !, has, like, contains, in and is on the row's attributes"};
}

RowCompiler::RowCompiler(const RowTable& table, const Expressions& in, const Entities& entities,
                         const OpenRequest& request, std::size_t& steps)
    : table_(table), in_(in), entities_(&entities), request_(&request), steps_(steps) {}

RowCompiler::RowCompiler(const RowTable& table, const Expressions& in, std::set<RowAttribute> known,
                         std::size_t& steps)
    : table_(table), in_(in), known_(std::move(known)), steps_(steps) {
  if (take(in.nodes.size())) find_open();
}

bool RowCompiler::take(std::size_t steps) {
  steps_ = steps > steps_ ? 0 : steps_ - steps;
  return steps_ > 0;
}

const Node& RowCompiler::child(const Node& node, std::size_t index) const {
  return in_.nodes[child_id(node, index)];
}

NodeId RowCompiler::child_id(const Node& node, std::size_t index) const {
  return in_.children_of(node)[index];
}

// Children stand before their parents.
void RowCompiler::find_open() {
  open_.reserve(in_.nodes.size());
  for (const auto& node : in_.nodes) open_.push_back(is_open(node));
}

bool RowCompiler::is_open(const Node& node) const {
  if (node.op == Op::Resource) return table_.row_is_resource();
  if (node.op == Op::Context) return !table_.mapping().context_columns.empty();
  if (node.op == Op::GetAttribute || node.op == Op::HasAttribute) {
    const auto holder = child(node, 0).op;
    if (holder == Op::Resource || holder == Op::Context) {
      return is_row_attribute(holder, in_.names[node.operand]);
    }
  }
  return std::ranges::any_of(in_.children_of(node), [this](NodeId part) { return open_[part]; });
}

// Of an open resource every attribute hangs on the row, mapped or not.
bool RowCompiler::is_row_attribute(Op holder, const std::string& name) const {
  if (known_.contains({holder, name})) return false;
  return holder == Op::Resource ? table_.row_is_resource() : table_.column(holder, name) != nullptr;
}

bool RowCompiler::is_known(NodeId id) const {
  if (entities_ != nullptr) return in_.nodes[id].op == Op::Literal;
  return id < open_.size() && !open_[id];
}

RowCompiler::Compiled RowCompiler::condition(NodeId id) {
  const auto& node = in_.nodes[id];
  if (!take(1) || depth_ >= kMaxRowConditionDepth) return fail(too_much(node.span));
  if (entities_ != nullptr && is_error(in_, id)) return sql_error();
  if (is_known(id)) {
    const auto* value = in_.constant(id);
    const auto* truth_value = value == nullptr ? nullptr : value->boolean();
    if (truth_value != nullptr) return sql_constant(*truth_value);
    // While a bundle is checked it may be either; else strict validation has it out.
    if (entities_ == nullptr) return SqlText{"?", {}, true};
    return fail(outside_fragment(node));
  }
  ++depth_;
  auto out = [&]() -> Compiled {
    if (node.op == Op::And || node.op == Op::Or) return chain(node, node.op == Op::And);
    if (node.op == Op::Not) return condition(child_id(node, 0)).map(sql_not);
    if (node.op == Op::If && is_known(child_id(node, 0))) return alternatives(node);
    return one_comparison(id);
  }();
  --depth_;
  return out;
}

RowCompiler::Compiled RowCompiler::chain(const Node& node, bool conjunction) {
  std::vector<SqlText> parts;
  for (const auto part : in_.children_of(node)) {
    auto compiled = condition(part);
    if (!compiled) return compiled;
    const bool ends = is_constant(*compiled, !conjunction);
    parts.push_back(std::move(*compiled));
    if (ends) break;
  }
  return conjunction ? all_of(std::move(parts)) : any_of(std::move(parts));
}

// Of an `if` whose condition is known, one branch will be left: both must be conditions, and which
// it will be says nothing about what follows.
RowCompiler::Compiled RowCompiler::alternatives(const Node& node) {
  for (const std::size_t branch : {1U, 2U}) {
    auto compiled = condition(child_id(node, branch));
    if (!compiled) return compiled;
  }
  return SqlText{"?", {}, true};
}

RowCompiler::Compiled RowCompiler::one_comparison(NodeId id) {
  auto direct = directly(id);
  if (direct) return direct;
  const auto over = expandable(id);
  return over ? expanded(id, *over) : direct;
}

RowCompiler::Compiled RowCompiler::directly(NodeId id) {
  const auto& node = in_.nodes[id];
  switch (node.op) {
    case Op::Equal: return equality(node, true);
    case Op::NotEqual: return equality(node, false);
    case Op::Less: return order(node, " < ");
    case Op::LessEqual: return order(node, " <= ");
    case Op::Greater: return order(node, " > ");
    case Op::GreaterEqual: return order(node, " >= ");
    case Op::Contains: return contains(node);
    case Op::In: return membership(node);
    case Op::HasAttribute: return has_attribute(node);
    case Op::Like: return like(node);
    case Op::Is: return is(node);
    case Op::GetAttribute: return truth(id);
    case Op::Literal:
    case Op::Principal:
    case Op::Action:
    case Op::Resource:
    case Op::Context:
    case Op::If:
    case Op::And:
    case Op::Or:
    case Op::Not:
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

// An attribute that names one of the known entities, the first below this node.
std::optional<RowAttribute> RowCompiler::expandable(NodeId id) const {
  const auto& node = in_.nodes[id];
  if (is_known(id)) return std::nullopt;
  if (node.op == Op::GetAttribute || node.op == Op::HasAttribute) {
    const auto holder = child(node, 0).op;
    const auto& name = in_.names[node.operand];
    if ((holder == Op::Resource || holder == Op::Context) && !known_.contains({holder, name})) {
      const auto* found = table_.column(holder, name);
      const bool names_known = found != nullptr && found->type->kind() == Type::Kind::Entity &&
                               table_.known_ids(found->type->entity_type()) != nullptr;
      return names_known ? std::optional(RowAttribute(holder, name)) : std::nullopt;
    }
  }
  for (const auto part : in_.children_of(node)) {
    if (auto found = expandable(part)) return found;
  }
  return std::nullopt;
}

OpenRequest RowCompiler::with(const RowAttribute& attribute, const EntityUid& uid) const {
  auto out = *request_;
  const auto& [holder, name] = attribute;
  if (holder == Op::Resource) {
    out.resource_attributes.insert_or_assign(name, Value(uid));
    return out;
  }
  const auto known = request_->context.attributes();
  std::vector<Attribute> more(known.begin(), known.end());
  more.push_back({name, Value(uid)});
  out.context = promised(Record::make(std::move(more)), "an open attribute is not known as well");
  out.open_context.erase(name);
  return out;
}

// What came out for each of the known ids.
struct RowCompiler::Trial {
  std::vector<Binding> yes;
  std::vector<Binding> no;
  std::vector<std::pair<Binding, SqlText>> open;
  bool erred = false;
};

RowCompiler::Compiled RowCompiler::expanded(NodeId id, const RowAttribute& over) {
  const auto& found = *table_.column(over.first, over.second);
  if (entities_ == nullptr) {
    auto known = known_;
    known.insert(over);
    RowCompiler next(table_, in_, std::move(known), steps_);
    next.depth_ = depth_;
    return next.condition(id);
  }
  Trial trial;
  const auto& type = found.type->entity_type();
  for (const auto& named : *table_.known_ids(type)) {
    if (!take(1 + in_.nodes.size())) return fail(too_much(in_.nodes[id].span));
    const auto request = with(over, {type, named});
    const auto partial = PartialEvaluator(*entities_, request).condition(in_, id);
    switch (partial.kind) {
      case Partial::Kind::True: trial.yes.emplace_back(named); break;
      case Partial::Kind::False: trial.no.emplace_back(named); break;
      case Partial::Kind::Erred: trial.erred = true; break;
      case Partial::Kind::Open: {
        RowCompiler next(table_, partial.residual, *entities_, request, steps_);
        next.depth_ = depth_;
        auto left = next.condition(partial.root);
        if (!left) return left;
        trial.open.emplace_back(named, std::move(*left));
        break;
      }
    }
  }
  if (!trial.erred && trial.open.empty()) {
    // The guard lets no other id through.
    if (trial.no.empty() && found.required) return sql_constant(true);
    return column_in(found.name, !found.required, std::move(trial.yes));
  }
  SqlText out{"(CASE", {}, trial.erred || !found.required};
  const auto group = [&](std::vector<Binding> ids, std::string_view answer) {
    if (ids.empty()) return;
    out << " WHEN " << column_in(found.name, false, std::move(ids)) << " THEN " << answer;
  };
  group(std::move(trial.yes), "1");
  group(std::move(trial.no), "0");
  for (auto& [named, sql] : trial.open) {
    out.may_be_null = out.may_be_null || sql.may_be_null;
    out << " WHEN " << found.name << " = ?";
    out.values.push_back(std::move(named));
    out << " THEN " << std::move(sql);
  }
  // An id for which it errs finds no answer here, which is NULL.
  if (trial.open.empty() && out.text == "(CASE") return sql_error();
  out << " END)";
  return out;
}

}  // namespace hub::policy
