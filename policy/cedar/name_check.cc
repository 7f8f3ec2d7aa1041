#include "policy/cedar/name_check.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "policy/cedar/confusables.h"
#include "policy/cedar/shown_text.h"
#include "policy/cedar/suggestion.h"

namespace hub::policy {
namespace {

constexpr std::size_t kMostListed = 8;

// U+202E
std::string written(char32_t point) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (auto rest = static_cast<std::uint32_t>(point); rest > 0 || out.size() < 4; rest >>= 4U) {
    out.insert(out.begin(), digits[rest & 15U]);
  }
  return "U+" + out;
}

class NameCheck {
 public:
  NameCheck(const Policy& policy, const Schema& schema, FindingList& findings, Effort& effort)
      : policy_(policy), schema_(schema), findings_(findings), effort_(effort) {}

  void run() {
    scope(policy_.principal);
    for (const auto& action : policy_.action.actions) {
      if (const auto* held = action.entity()) entity(held->uid, policy_.action.span);
    }
    scope(policy_.resource);
    const auto& in = policy_.expressions;
    for (const auto& node : in.nodes) {
      if (node.op == Op::Is) type(in.names[node.operand], node.span);
      if (node.op != Op::Literal) continue;
      if (const auto* held = in.literals[node.operand].entity()) entity(held->uid, node.span);
    }
  }

  void slot(const Scope& filled, const Scope& slot) {
    const auto* held = filled.entity.entity();
    if (slot.slot && held != nullptr) type(held->uid.type, filled.span);
  }

 private:
  void scope(const Scope& scope) {
    if (!scope.type.empty()) type(scope.type, scope.span);
    if (const auto* held = scope.entity.entity()) entity(held->uid, scope.span);
  }

  void entity(const EntityUid& uid, Span span) {
    if (is_action_type_name(uid.type)) {
      if (schema_.action(uid) == nullptr) unknown_action(uid, span);
      return;
    }
    type(uid.type, span);
    const auto* known = schema_.entity_type(uid.type);
    if (known == nullptr || !known->enumeration) return;
    const auto& ids = *known->enumeration;
    if (std::ranges::find(ids, uid.id) != ids.end()) return;
    const std::vector<std::string_view> candidates(ids.begin(), ids.end());
    auto hint = did_you_mean(uid.id, candidates, effort_);
    if (hint.empty()) hint = "the schema lists " + listed(candidates);
    findings_.add(
        FindingKind::UndeclaredId, span,
        in_backquotes(uid.id) + " is no id of the enumerated type " + in_backquotes(uid.type),
        std::move(hint));
  }

  // The type of actions is one in every namespace, whether or not it has actions.
  void type(const std::string& name, Span span) {
    if (schema_.entity_type(name) != nullptr || is_action_type_name(name)) return;
    std::vector<std::string_view> candidates;
    for (const auto& known : schema_.entity_types()) candidates.push_back(known.name);
    findings_.add(FindingKind::UnknownEntityType, span,
                  "the schema has no entity type " + in_backquotes(name),
                  did_you_mean(name, candidates, effort_));
  }

  void unknown_action(const EntityUid& uid, Span span) {
    std::vector<std::string_view> ids;
    for (const auto& known : schema_.actions()) {
      if (known.uid.type == uid.type) ids.push_back(known.uid.id);
      if (known.uid.type != uid.type && known.uid.id == uid.id) {
        findings_.add(FindingKind::UnknownAction, span, no_action(uid),
                      "did you mean " + in_backquotes(to_text(known.uid)) + "?");
        return;
      }
    }
    findings_.add(FindingKind::UnknownAction, span, no_action(uid),
                  did_you_mean(uid.id, ids, effort_));
  }

  static std::string no_action(const EntityUid& uid) {
    return "the schema has no action " + in_backquotes(to_text(uid));
  }

  static std::string listed(const std::vector<std::string_view>& ids) {
    std::string out;
    for (std::size_t i = 0; i < std::min(ids.size(), kMostListed); ++i) {
      out += (i > 0 ? ", " : "") + in_backquotes(ids[i]);
    }
    return ids.size() > kMostListed ? out + ", ..." : out;
  }

  const Policy& policy_;
  const Schema& schema_;
  FindingList& findings_;
  Effort& effort_;
};

class TextCheck {
 public:
  TextCheck(const Policy& policy, FindingList& findings) : policy_(policy), findings_(findings) {}

  void run() {
    scope(policy_.principal);
    for (const auto& action : policy_.action.actions) uid(action, policy_.action.span);
    scope(policy_.resource);
    for (const auto& node : policy_.expressions.nodes) expression(node);
  }

 private:
  void scope(const Scope& scope) { uid(scope.entity, scope.span); }

  void uid(const Value& value, Span span) {
    if (const auto* held = value.entity()) identifier(held->uid.id, span);
  }

  void expression(const Node& node) {
    const auto& in = policy_.expressions;
    if (node.op == Op::Literal) {
      const auto& value = in.literals[node.operand];
      uid(value, node.span);
      if (const auto* held = value.text()) text(*held, node.span);
    } else if (node.op == Op::Like) {
      for (const auto& part : in.patterns[node.operand]) joined_ += part + "*";
      text(joined_, node.span);
      joined_.clear();
    } else if (node.op == Op::GetAttribute) {
      identifier(in.names[node.operand], node.span);
    } else if (node.op == Op::HasAttribute || node.op == Op::Record) {
      const auto count = node.op == Op::Record ? node.count : node.names;
      for (std::uint32_t i = 0; i < count; ++i) identifier(in.names[node.operand + i], node.span);
    }
  }

  // Names are compared by machines and read by people: what looks like another name is a trap.
  void identifier(std::string_view name, Span span) {
    const auto look = look_of(name);
    if (look.bidirectional) {
      bidirectional("name", name, span);
    } else if (look.unusual) {
      findings_.add(FindingKind::UnusualCharacter, span,
                    "the name " + in_backquotes(name) + " has the character " +
                        written(*look.unusual) + ", which is unusual in names",
                    "use letters, digits and printable ASCII");
    } else if (look.mixed_scripts) {
      mixed("name", name, span);
    }
  }

  void text(std::string_view text, Span span) {
    const auto look = look_of(text);
    if (look.bidirectional) {
      bidirectional("text", text, span);
    } else if (look.mixed_scripts) {
      mixed("text", text, span);
    }
  }

  void bidirectional(const std::string& kind, std::string_view text, Span span) {
    findings_.add(FindingKind::BidirectionalText, span,
                  "the " + kind + " " + in_backquotes(text) +
                      " has characters that change the direction of writing",
                  "it may not be what it looks like: take them out");
  }

  void mixed(const std::string& kind, std::string_view text, Span span) {
    findings_.add(FindingKind::MixedScripts, span,
                  "the " + kind + " " + in_backquotes(text) + " mixes scripts",
                  "some letters may look like others: write it in one script");
  }

  const Policy& policy_;
  FindingList& findings_;
  std::string joined_;
};

}  // namespace

bool is_action_type_name(std::string_view type) {
  return type == "Action" || type.ends_with("::Action");
}

void check_names(const Policy& policy, const Schema& schema, FindingList& findings,
                 Effort& effort) {
  NameCheck(policy, schema, findings, effort).run();
}

void check_slots(const Policy& linked, const Policy& made_of, const Schema& schema,
                 FindingList& findings, Effort& effort) {
  NameCheck check(linked, schema, findings, effort);
  check.slot(linked.principal, made_of.principal);
  check.slot(linked.resource, made_of.resource);
}

void check_texts(const Policy& policy, FindingList& findings) { TextCheck(policy, findings).run(); }

}  // namespace hub::policy
