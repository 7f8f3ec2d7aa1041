#include "policy/cedar/policy_index.h"

#include <functional>

namespace hub::policy {

void PolicyIndex::grow(std::span<const std::shared_ptr<const Policy>> all) {
  for (const auto& policy : all.subspan(held_)) count(*policy);
  if (all.size() >= 2 * held_when_chosen_) {
    for_any_action_ = {};
    by_action_.clear();
    held_ = 0;
    held_when_chosen_ = all.size();
  }
  for (; held_ < all.size(); ++held_) shelve(*all[held_], static_cast<Place>(held_));
}

std::optional<PolicyIndex::Key> PolicyIndex::key_of(const Scope& scope, bool of_resource) {
  const auto key = [&](Side resource, Side principal, std::uint64_t hash) {
    return Key{of_resource ? resource : principal, &scope, hash};
  };
  switch (scope.kind) {
    case Scope::Kind::Any: return std::nullopt;
    case Scope::Kind::Equal:
      return key(Side::ResourceEqual, Side::PrincipalEqual, scope.entity.entity()->hash);
    case Scope::Kind::In:
    case Scope::Kind::IsIn:
      return key(Side::ResourceIn, Side::PrincipalIn, scope.entity.entity()->hash);
    case Scope::Kind::Is:
      return key(Side::ResourceIs, Side::PrincipalIs, std::hash<std::string>()(scope.type));
  }
  return std::nullopt;
}

std::size_t PolicyIndex::frequency(const Key& key) const {
  const auto& of_side = frequencies_.at(static_cast<std::size_t>(key.side));
  const auto found = of_side.find(key.hash);
  return found == of_side.end() ? 0 : found->second;
}

std::optional<PolicyIndex::Key> PolicyIndex::rarest_key(const Policy& policy) const {
  const auto by_resource = key_of(policy.resource, true);
  const auto by_principal = key_of(policy.principal, false);
  if (!by_resource || !by_principal) return by_resource ? by_resource : by_principal;
  const auto of_resource = frequency(*by_resource);
  const auto of_principal = frequency(*by_principal);
  if (of_resource != of_principal) return of_resource < of_principal ? by_resource : by_principal;
  return by_resource->side < by_principal->side ? by_resource : by_principal;
}

void PolicyIndex::count(const Policy& policy) {
  for (const auto& key : {key_of(policy.resource, true), key_of(policy.principal, false)}) {
    if (key) ++frequencies_.at(static_cast<std::size_t>(key->side))[key->hash];
  }
}

PolicyIndex::Candidates& PolicyIndex::Shelf::under(const Key& key) {
  switch (key.side) {
    case Side::ResourceEqual: return resource_equal[*key.scope->entity.entity()];
    case Side::PrincipalEqual: return principal_equal[*key.scope->entity.entity()];
    case Side::ResourceIn: return resource_in[*key.scope->entity.entity()];
    case Side::PrincipalIn: return principal_in[*key.scope->entity.entity()];
    case Side::ResourceIs: return resource_is[key.scope->type];
    case Side::PrincipalIs: return principal_is[key.scope->type];
  }
  return unscoped;
}

void PolicyIndex::shelve(const Policy& policy, Place place) {
  const auto key = rarest_key(policy);
  const auto open = [&](const Scope& scope) {
    const bool stands_under_it = key && key->scope == &scope && scope.kind != Scope::Kind::IsIn;
    return scope.kind != Scope::Kind::Any && !stands_under_it;
  };
  const Candidate candidate{place, {open(policy.principal), false, open(policy.resource)}};
  const auto put_on = [&](Shelf& shelf) {
    auto& there = key ? shelf.under(*key) : shelf.unscoped;
    if (there.empty() || there.back().place != place) there.push_back(candidate);
  };
  if (policy.action.kind == ActionScope::Kind::Any) put_on(for_any_action_);
  for (const auto& action : policy.action.actions) put_on(by_action_[*action.entity()]);
}

}  // namespace hub::policy
