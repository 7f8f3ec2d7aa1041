#include "policy/row_filter.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "policy/cedar/finding_list.h"
#include "policy/cedar/head_check.h"
#include "policy/cedar/partial.h"
#include "policy/cedar/validator.h"
#include "policy/row_compiler.h"

namespace hub::policy {
namespace {

OpenRequest open_request(const RowQuestion& question, const RowTable& table) {
  OpenRequest out;
  out.principal = question.principal;
  out.action = table.action();
  if (table.row_is_resource()) {
    out.resource_type = table.mapping().entity_type;
  } else {
    out.resource = question.resource.value_or(EntityUid());
  }
  std::vector<Attribute> known;
  for (const auto& attribute : question.context.attributes()) {
    if (table.column(Op::Context, attribute.name) == nullptr) known.push_back(attribute);
  }
  out.context = promised(Record::make(std::move(known)), "a record has each name once");
  for (const auto& [name, column] : table.mapping().context_columns) out.open_context.insert(name);
  return out;
}

Finding too_large() {
  Finding out;
  out.kind = FindingKind::TooMuch;
  out.what = "the policies make a filter that is too large for the store";
  out.hint = "compare with fewer ids, or decide row by row";
  return out;
}

// Puts a filter together, policy by policy.
class FilterWriter {
 public:
  FilterWriter(const Entities& entities, const OpenRequest& request, const RowTable& table)
      : entities_(entities), request_(request), table_(table) {}

  void add(const Policy& policy) {
    const bool permits = policy.effect == Effect::Permit;
    const auto left = PartialEvaluator(entities_, request_).policy(policy);
    switch (left.kind) {
      case Partial::Kind::False: return;
      case Partial::Kind::True: (permits ? permitted_ : denied_) = true; return;
      case Partial::Kind::Erred: denied_ = denied_ || !permits; return;
      case Partial::Kind::Open: break;
    }
    auto sql = RowCompiler(table_, left.residual, entities_, request_, steps_).condition(left.root);
    if (!sql) {
      FindingList list(policy);
      list.add(FindingKind::OutsideFragment, sql.error().span, std::move(sql.error().what),
               std::move(sql.error().hint));
      std::ranges::move(std::move(list).take(), std::back_inserter(findings_));
      return;
    }
    // An erring permit permits nothing; an erring forbid forbids.
    SqlText whole;
    whole << "COALESCE(" << std::move(*sql) << (permits ? ", 0)" : ", 1)");
    (permits ? permits_ : forbids_).push_back(std::move(whole));
  }

  Result<RowFilter, std::vector<Finding>> finish() && {
    if (denied_) return RowFilter{"0", {}};
    if (!findings_.empty()) return fail(std::move(findings_));
    auto permitted = permitted_ ? sql_constant(true) : any_of(std::move(permits_));
    if (is_constant(permitted, false)) return RowFilter{"0", {}};
    auto whole =
        all_of({table_.guard(), std::move(permitted), sql_not(any_of(std::move(forbids_)))});
    if (whole.values.size() > kMaxRowFilterValues || whole.text.size() > kMaxRowFilterBytes) {
      return fail(std::vector{too_large()});
    }
    return RowFilter{std::move(whole.text), std::move(whole.values)};
  }

 private:
  const Entities& entities_;
  const OpenRequest& request_;
  const RowTable& table_;
  std::size_t steps_ = kMaxRowFilterSteps;
  bool permitted_ = false;
  bool denied_ = false;
  std::vector<SqlText> permits_;
  std::vector<SqlText> forbids_;
  std::vector<Finding> findings_;
};

// Looks at one policy as it is written.
class FragmentCheck {
 public:
  FragmentCheck(const Policy& policy, const RowTable& table)
      : policy_(policy), table_(table), findings_(policy) {}

  std::vector<Finding> run() && {
    check_head();
    check_rows_looked_into();
    std::size_t steps = kMaxRowFilterSteps;
    for (const auto& condition : policy_.conditions) {
      RowCompiler compiler(table_, policy_.expressions, {}, steps);
      note(compiler.condition(condition.body));
    }
    return std::move(findings_).take();
  }

 private:
  void note(const RowCompiler::Compiled& compiled) {
    if (compiled) return;
    const auto& obstacle = compiled.error();
    findings_.add(FindingKind::OutsideFragment, obstacle.span, obstacle.what, obstacle.hint);
  }

  // `resource in G` of the head, as an expression.
  void check_head() {
    const auto& scope = policy_.resource;
    const bool names_group = scope.kind == Scope::Kind::In || scope.kind == Scope::Kind::IsIn;
    if (!table_.row_is_resource() || !names_group) return;
    Expressions head;
    Node row;
    row.op = Op::Resource;
    Node group;
    group.operand = 0;
    head.literals.push_back(scope.entity);
    const std::array parts{head.add(row, {}), head.add(group, {})};
    Node in;
    in.op = Op::In;
    in.span = scope.span;
    const auto root = head.add(in, parts);
    std::size_t steps = kMaxRowFilterSteps;
    note(RowCompiler(table_, head, {}, steps).condition(root));
  }

  // Something known may name a row; what that row has and is in, the snapshot does not know.
  void check_rows_looked_into() {
    if (!table_.row_is_resource()) return;
    const auto& in = policy_.expressions;
    for (const auto& node : in.nodes) {
      const bool looks = node.op == Op::GetAttribute || node.op == Op::HasAttribute ||
                         node.op == Op::GetTag || node.op == Op::HasTag || node.op == Op::In ||
                         (node.op == Op::Is && node.count > 1);
      if (!looks || !may_name_a_row(in.children_of(node)[0])) continue;
      findings_.add(FindingKind::OutsideFragment, node.span,
                    "this may look into another row than the one that is asked about",
                    "use `resource` alone");
    }
  }

  [[nodiscard]] bool may_name_a_row(NodeId id) const {
    const auto& in = policy_.expressions;
    const auto& node = in.nodes[id];
    const auto& type = table_.mapping().entity_type;
    if (node.op == Op::If) {
      return may_name_a_row(in.children_of(node)[1]) || may_name_a_row(in.children_of(node)[2]);
    }
    if (node.op == Op::Literal) {
      const auto* uid = in.literals[node.operand].entity();
      return uid != nullptr && uid->uid.type == type;
    }
    if (node.op == Op::GetTag) return has_tags_of_rows();
    return node.op == Op::GetAttribute && names_rows(in.names[node.operand]);
  }

  [[nodiscard]] bool has_tags_of_rows() const {
    return std::ranges::any_of(table_.schema().entity_types(), [&](const EntityType& one) {
      return one.tags != nullptr && one.tags->kind() == Type::Kind::Entity &&
             one.tags->entity_type() == table_.mapping().entity_type;
    });
  }

  // Some attribute of this name holds an entity of the rows' type.
  [[nodiscard]] bool names_rows(const std::string& attribute) const {
    const auto& schema = table_.schema();
    const auto holds = [&](const AttributeTypes& types) { return holds_row(types, attribute); };
    return holds(schema.action(table_.action())->context) ||
           std::ranges::any_of(schema.entity_types(), holds, &EntityType::attributes);
  }

  [[nodiscard]] bool holds_row(const AttributeTypes& types, const std::string& attribute) const {
    return std::ranges::any_of(types, [&](const AttributeType& one) {
      const auto kind = one.type->kind();
      if (kind == Type::Kind::Record) return holds_row(one.type->attributes(), attribute);
      return one.name == attribute && kind == Type::Kind::Entity &&
             one.type->entity_type() == table_.mapping().entity_type;
    });
  }

  const Policy& policy_;
  const RowTable& table_;
  FindingList findings_;
};

bool applies(const Policy& policy, const RowTable& table) {
  const auto& schema = table.schema();
  if (admits(policy.action, table.action(), schema) == Truth::False) return false;
  return !table.row_is_resource() ||
         admits(policy.resource, table.mapping().entity_type, schema) != Truth::False;
}

}  // namespace

Result<RowFilter, std::vector<Finding>> row_filter(const PolicySet& policies,
                                                   const Entities& entities,
                                                   const RowQuestion& question,
                                                   const RowTable& table) {
  const auto request = open_request(question, table);
  FilterWriter writer(entities, request, table);
  for (const auto& policy : policies.policies()) writer.add(*policy);
  return std::move(writer).finish();
}

std::vector<Finding> row_filter_findings(const PolicySet& policies, const RowTable& table) {
  auto out = validate(policies, table.schema());
  std::erase_if(out, [](const Finding& one) { return one.severity() != Severity::Error; });
  if (!out.empty()) return out;
  for (const auto& policy : policies.policies()) {
    if (!applies(*policy, table)) continue;
    std::ranges::move(FragmentCheck(*policy, table).run(), std::back_inserter(out));
  }
  return out;
}

}  // namespace hub::policy
