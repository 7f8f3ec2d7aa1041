#include "policy/scenarios.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "policy/roles.h"
#include "policy/world.h"

namespace hub::policy {
namespace {

using Words = std::set<std::string>;

constexpr std::array<Door, 3> kDoorsOfExchange{Door::Share, Door::Relay, Door::Accept};

// One kind of term: where an agreement lists it, where a question carries it, what context calls
// it.
struct TermKind {
  std::string_view name;
  std::vector<std::string> Agreement::* listed;
  std::string Question::* asked;
};

constexpr std::array<TermKind, 4> kTermKinds{{
    {"purpose", &Agreement::purposes, &Question::purpose},
    {"legal_basis", &Agreement::legal_bases, &Question::legal_basis},
    {"regime", &Agreement::regimes, &Question::regime},
    {"handling", &Agreement::handling, &Question::handling},
}};

void add_texts(const Value& value, Words& out) {
  if (const auto* text = value.text()) out.insert(*text);
  const auto* set = value.set();
  if (set == nullptr) return;
  for (const auto& item : set->items()) add_texts(item, out);
}

// The texts that policies compare `context.NAME` with, in whatever way.
class ComparedTexts {
 public:
  void read(const PolicySet& policies) {
    for (const auto& policy : policies.policies()) read(policy->expressions);
  }
  [[nodiscard]] const Words& with(std::string_view name) { return by_name_[std::string(name)]; }

 private:
  void read(const Expressions& in) {
    for (const auto& node : in.nodes) {
      for (const auto child : in.children_of(node)) {
        const auto& asked = in.nodes[child];
        if (asked.op != Op::GetAttribute || !is_context(in, asked)) continue;
        auto& words = by_name_[in.names[asked.operand]];
        for (const auto other : in.children_of(node)) {
          if (const auto* value = in.constant(other)) add_texts(*value, words);
        }
      }
    }
  }

  static bool is_context(const Expressions& in, const Node& attribute) {
    return in.nodes[in.children_of(attribute)[0]].op == Op::Context;
  }

  std::map<std::string, Words> by_name_;
};

const Agreement* find_in(const OpenedBundle& bundle, const std::string& id) {
  const auto found = bundle.agreements.find(id);
  return found == bundle.agreements.end() ? nullptr : &found->second;
}

// A word that is in none of these lists.
std::string not_among(const Words& words) {
  std::string out = "not-agreed";
  while (words.contains(out)) out += "-x";
  return out;
}

class TermLister {
 public:
  TermLister(const OpenedBundle& before, const OpenedBundle& after, Time now)
      : before_(before), after_(after), now_(now) {
    compared_.read(before.policies);
    compared_.read(after.policies);
  }

  AgreementScenarios of(const std::string& id) {
    AgreementScenarios out;
    out.agreement = id;
    Question first;
    first.agreement = id;
    std::array<Words, kTermKinds.size()> words;
    for (std::size_t i = 0; i < kTermKinds.size(); ++i) {
      words[i] = words_for(kTermKinds[i], id, first.*kTermKinds[i].asked);
    }
    out.terms.push_back(first);
    for (std::size_t i = 0; i < kTermKinds.size(); ++i) {
      for (const auto& word : words[i]) {
        auto question = first;
        question.*kTermKinds[i].asked = word;
        if (word != first.*kTermKinds[i].asked) out.terms.push_back(std::move(question));
      }
    }
    out.moments = moments_of(id);
    return out;
  }

 private:
  // All to be asked, and the first of the agreement's own.
  Words words_for(const TermKind& kind, const std::string& id, std::string& first) {
    Words out = compared_.with(kind.name);
    for (const auto* bundle : {&after_, &before_}) {
      const auto* agreement = find_in(*bundle, id);
      if (agreement == nullptr) continue;
      const auto& listed = agreement->*kind.listed;
      out.insert(listed.begin(), listed.end());
      if (!listed.empty()) first = listed.front();
    }
    out.insert(not_among(out));
    return out;
  }

  [[nodiscard]] std::vector<Time> moments_of(const std::string& id) const {
    std::set<Time> out{now_};
    const auto* before = find_in(before_, id);
    const auto* after = find_in(after_, id);
    for (const auto* agreement : {before, after}) {
      if (agreement != nullptr && agreement->starts > now_) out.insert(agreement->starts);
    }
    if (before != nullptr && after != nullptr && before->ends != after->ends) {
      out.insert(std::max(now_, std::min(before->ends, after->ends)));
    }
    return {out.begin(), out.end()};
  }

  const OpenedBundle& before_;
  const OpenedBundle& after_;
  Time now_;
  ComparedTexts compared_;
};

void add_roles(const PolicySet& policies, Words& out) {
  const auto add = [&out](const Value& value) {
    const auto* held = value.entity();
    if (held != nullptr && held->uid.type == "Role") out.insert(held->uid.id);
  };
  for (const auto& policy : policies.policies()) {
    add(policy->principal.entity);
    for (const auto& literal : policy->expressions.literals) add(literal);
  }
}

bool may_permit(const PolicySet& policies, Door door) {
  const Value asked(EntityUid{"Action", std::string(action_of(door))});
  return std::ranges::any_of(policies.policies(), [&](const auto& policy) {
    const auto& scope = policy->action;
    return policy->effect == Effect::Permit &&
           (scope.kind == ActionScope::Kind::Any ||
            std::ranges::find(scope.actions, asked) != scope.actions.end());
  });
}

}  // namespace

Scenarios scenarios_of(const OpenedBundle& before, const OpenedBundle& after, Time now) {
  Scenarios out;
  Words ids;
  std::set<std::pair<std::string, std::string>> groups;
  Words roles(hub_roles().begin(), hub_roles().end());
  for (const auto* bundle : {&before, &after}) {
    for (const auto& [id, agreement] : bundle->agreements) ids.insert(id);
    for (const auto& type : bundle->record_types) {
      for (const auto& group : type.field_groups) groups.emplace(type.name, group);
    }
    add_roles(bundle->policies, roles);
  }
  TermLister terms(before, after, now);
  for (const auto& id : ids) out.agreements.push_back(terms.of(id));
  out.field_groups.assign(groups.begin(), groups.end());
  for (const auto door : kDoorsOfExchange) out.doors.push_back({door, "", false});
  for (const auto door : {Door::View, Door::Export}) {
    // What neither side ever permits is refused by both.
    if (!may_permit(before.policies, door) && !may_permit(after.policies, door)) continue;
    for (const auto& role : roles) {
      for (const bool protects : {false, true}) out.doors.push_back({door, role, protects});
    }
  }
  return out;
}

}  // namespace hub::policy
