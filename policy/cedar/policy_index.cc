#include "policy/cedar/policy_index.h"

#include <functional>
#include <string_view>

namespace hub::policy {

void PolicyIndex::grow(std::span<const std::shared_ptr<const Policy>> all) {
  const auto added = all.subspan(held_);
  for (const auto& policy : added) count(*policy);
  if (all.size() >= 2 * held_when_chosen_) {
    for_any_action_ = {};
    by_action_.clear();
    held_ = 0;
    held_when_chosen_ = all.size();
  }
  for (; held_ < all.size(); ++held_) shelve(*all[held_], static_cast<Place>(held_));
}

std::uint64_t PolicyIndex::hash_of_type(std::string_view type) {
  return std::hash<std::string_view>()(type);
}

std::optional<PolicyIndex::Key> PolicyIndex::key_of(const Scope& scope, bool of_resource) {
  const auto key = [of_resource](Side resource, Side principal, std::uint64_t hash) {
    return Key{of_resource ? resource : principal, hash};
  };
  switch (scope.kind) {
    case Scope::Kind::Any: return std::nullopt;
    case Scope::Kind::Equal:
      return key(Side::ResourceEqual, Side::PrincipalEqual, scope.entity.entity()->hash);
    case Scope::Kind::In:
    case Scope::Kind::IsIn:
      return key(Side::ResourceIn, Side::PrincipalIn, scope.entity.entity()->hash);
    case Scope::Kind::Is: return key(Side::ResourceIs, Side::PrincipalIs, hash_of_type(scope.type));
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

void PolicyIndex::shelve(const Policy& policy, Place place) {
  const auto key = rarest_key(policy);
  const auto put_on = [&](Shelf& shelf) {
    auto& places =
        key ? shelf.scoped.at(static_cast<std::size_t>(key->side))[key->hash] : shelf.unscoped;
    if (places.empty() || places.back() != place) places.push_back(place);
  };
  if (policy.action.kind == ActionScope::Kind::Any) put_on(for_any_action_);
  for (const auto& action : policy.action.actions) put_on(by_action_[action.entity()->hash]);
}

}  // namespace hub::policy
