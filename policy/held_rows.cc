#include "policy/held_rows.h"

#include <set>
#include <tuple>
#include <utility>

#include "core/base/result.h"
#include "policy/world.h"
#include "policy/world_schema.h"

namespace hub::policy {
namespace {

EntityUid view_action() { return {"Action", std::string(action_of(Door::View))}; }

AttributeTypes term_types() {
  const auto* view = world_schema().action(view_action());
  AttributeTypes out;
  if (view == nullptr) return out;
  for (const auto& attribute : view->context) {
    if (attribute.name != "now" && attribute.name != "recipient") out.push_back(attribute);
  }
  return out;
}

std::optional<Binding> bound(const Value* value) {
  if (value == nullptr) return std::nullopt;
  if (const auto* text = value->text()) return *text;
  if (const auto* uid = value->entity()) return uid->uid.id;
  if (const auto* number = value->number()) return *number;
  if (const auto* truth = value->boolean()) return std::int64_t{*truth ? 1 : 0};
  return std::nullopt;
}

}  // namespace

std::vector<HeldTerm> held_terms() {
  std::vector<HeldTerm> out;
  for (const auto& term : term_types()) {
    const auto kind = term.type->kind();
    out.push_back(
        {term.name, kind == Type::Kind::String || kind == Type::Kind::Entity, term.required});
  }
  return out;
}

std::vector<std::optional<Binding>> held_terms_of(const Question& question) {
  auto look = question;
  look.door = Door::View;
  const auto request = make_request(look);
  std::vector<std::optional<Binding>> out;
  for (const auto& term : term_types()) out.push_back(bound(request.context.find(term.name)));
  return out;
}

std::vector<Finding> unaskable_views(const PolicySet& policies) {
  const auto table = held_rows({}, {});
  require(table.has_value(), "each term of a record has a column");
  std::vector<Finding> out;
  if (!table) return out;
  // All links of a template have the place of its text.
  std::set<std::tuple<std::string, std::size_t, std::size_t, std::string>> told;
  for (auto& finding : row_filter_findings(policies, *table)) {
    if (told.emplace(finding.file, finding.line, finding.column, finding.what).second) {
      out.push_back(std::move(finding));
    }
  }
  return out;
}

std::optional<RowTable> held_rows(const std::vector<std::string>& authorities,
                                  const std::vector<std::string>& agreements) {
  RowMapping mapping;
  mapping.table = kHeldRows;
  for (const auto& term : term_types()) mapping.context_columns.emplace(term.name, term.name);
  mapping.known_ids = {{"Agreement", agreements}, {"Authority", authorities}};
  auto made = RowTable::make(std::move(mapping), world_schema(), view_action());
  if (!made) return std::nullopt;
  return std::move(*made);
}

Result<RowFilter, std::vector<Finding>> held_rows_filter(const PolicySet& policies,
                                                         const NamedValues& names,
                                                         const Entities& entities,
                                                         const Question& question,
                                                         const RowTable& table) {
  const auto* agreements = table.known_ids("Agreement");
  if (agreements == nullptr || agreements->empty()) return RowFilter{"0", {}};
  // The guard sees to the terms, so any that are known will do here.
  auto look = question;
  look.sender = question.recipient;
  look.agreement = agreements->front();
  const auto request = make_request(look, names);
  if (!request) return RowFilter{"0", {}};
  return row_filter(policies, entities, {request->principal, request->resource, request->context},
                    table);
}

}  // namespace hub::policy
