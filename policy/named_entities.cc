#include "policy/named_entities.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "policy/cedar/finding_list.h"
#include "policy/cedar/shown_text.h"
#include "policy/cedar/suggestion.h"
#include "policy/london_authorities.h"
#include "policy/roles.h"

namespace hub::policy {
namespace {

using NameList = std::vector<std::string_view>;

constexpr std::size_t kMostCompared = 1'000'000;  // steps of finding what was meant

class NamesInUse {
 public:
  NamesInUse(const Agreements& agreements, const std::vector<RecordTypeFacts>& record_types,
             std::span<const TemplateLink> links) {
    for (const auto& [id, agreement] : agreements) {
      agreements_.insert(id);
      for (const auto& guest : agreement.guests) guests_.insert(guest.organisation);
    }
    for (const auto& type : record_types) {
      record_types_.insert(type.name);
      for (const auto& group : type.field_groups) field_groups_.insert(type.name + "/" + group);
    }
    for (const auto role : hub_roles()) roles_.emplace(role);
    for (const auto& link : links) {
      if (link.principal && link.principal->type == "Role") roles_.insert(link.principal->id);
    }
  }

  void look_at(const Policy& policy, FindingList& findings) {
    scope(policy.principal, findings);
    scope(policy.resource, findings);
    const auto& in = policy.expressions;
    for (const auto& node : in.nodes) {
      if (node.op == Op::Literal) value(in.literals[node.operand], node.span, findings);
    }
  }

 private:
  using Names = std::set<std::string, std::less<>>;

  void scope(const Scope& scope, FindingList& findings) {
    value(scope.entity, scope.span, findings);
  }

  void value(const Value& value, Span span, FindingList& findings) {
    const auto* held = value.entity();
    if (held == nullptr) return;
    const auto& [type, id] = held->uid;
    if (type == "RecordType") {
      need(record_types_, id, "the catalogue has no record type ", span, findings);
    } else if (type == "FieldGroup") {
      need(field_groups_, id, "the catalogue has no field group ", span, findings);
    } else if (type == "Agreement") {
      need(agreements_, id, "the bundle has no agreement ", span, findings);
    } else if (type == "Role") {
      role(id, span, findings);
    } else if (type == "Guest") {
      need(guests_, id, "no agreement has the guest ", span, findings);
    } else if (type == "Authority") {
      authority(id, span, findings);
    } else if (type == "User") {
      authority(before_slash(id), span, findings);
    } else if (type == "Agent") {
      authority(before_slash(id), span, findings);
      under(id, span, findings);
    } else if (type == "Broker") {
      if (before_slash(id) != "broker") {
        report(span, "there is no broker " + in_backquotes(id),
               "as in Broker::\"broker/AGREEMENT\"", findings);
      }
      under(id, span, findings);
    }
  }

  static std::string_view before_slash(std::string_view id) { return id.substr(0, id.find('/')); }

  // The agreement that an agent or the broker acts under stands behind the slash.
  void under(std::string_view id, Span span, FindingList& findings) {
    const auto slash = id.find('/');
    need(agreements_, slash == std::string_view::npos ? std::string_view() : id.substr(slash + 1),
         "the bundle has no agreement ", span, findings);
  }

  void need(const Names& names, std::string_view id, std::string_view without, Span span,
            FindingList& findings) {
    if (names.contains(id)) return;
    report(span, std::string(without) + in_backquotes(id),
           meant(id, NameList(names.begin(), names.end())), findings);
  }

  void role(std::string_view id, Span span, FindingList& findings) {
    need(roles_, id, "no link and no part of the hub knows the role ", span, findings);
  }

  static void authority(std::string_view code, Span span, FindingList& findings) {
    if (!name_of_authority(code).empty()) return;
    report(span, in_backquotes(code) + " is the code of no authority of London",
           "the codes are E09000001 to E09000033", findings);
  }

  std::string meant(std::string_view id, const NameList& candidates) {
    auto hint = did_you_mean(id, candidates, effort_);
    if (!hint.empty() || candidates.empty()) return hint;
    std::string all;
    for (const auto candidate : candidates) {
      all += (all.empty() ? "" : ", ") + std::string(candidate);
    }
    constexpr std::size_t most = 300;
    return all.size() > most ? std::string() : "there are: " + all;
  }

  static void report(Span span, std::string what, std::string hint, FindingList& findings) {
    findings.add(FindingKind::UndeclaredId, span, std::move(what), std::move(hint));
  }

  Names agreements_;
  Names guests_;
  Names roles_;
  Names record_types_;
  Names field_groups_;
  Effort effort_{kMostCompared};
};

}  // namespace

std::vector<Finding> unknown_names(const PolicySet& policies, const Agreements& agreements,
                                   const std::vector<RecordTypeFacts>& record_types) {
  NamesInUse names(agreements, record_types, policies.links());
  std::vector<Finding> out;
  for (const auto& list : {policies.policies(), policies.templates()}) {
    for (const auto& policy : list) {
      // Who reads the links has looked at these.
      if (policy->annotation("link") != nullptr) continue;
      FindingList findings(*policy);
      names.look_at(*policy, findings);
      std::ranges::move(std::move(findings).take(), std::back_inserter(out));
    }
  }
  return out;
}

std::vector<ParseError> mistakes_in_names(const PolicySet& policies, const Agreements& agreements,
                                          const std::vector<RecordTypeFacts>& record_types) {
  std::vector<ParseError> out;
  for (auto& finding : unknown_names(policies, agreements, record_types)) {
    out.push_back({std::move(finding.file), finding.line, finding.column, std::move(finding.what),
                   std::move(finding.hint)});
  }
  return out;
}

}  // namespace hub::policy
