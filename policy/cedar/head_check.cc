#include "policy/cedar/head_check.h"

#include <algorithm>

namespace hub::policy {
namespace {

bool is_known(const EntityUid& uid, const Schema& schema) {
  return schema.entity_type(uid.type) != nullptr || schema.action(uid) != nullptr;
}

Truth admits_entity(const Scope& scope, const std::string& type, const Schema& schema) {
  const auto* held = scope.entity.entity();
  if (scope.slot || held == nullptr || !is_known(held->uid, schema)) return Truth::Open;
  const auto& wanted = held->uid.type;
  const bool possible =
      scope.kind == Scope::Kind::Equal ? wanted == type : schema.can_be_in(type, wanted);
  return possible ? Truth::Open : Truth::False;
}

}  // namespace

Truth admits(const Scope& scope, const std::string& type, const Schema& schema) {
  switch (scope.kind) {
    case Scope::Kind::Any: return Truth::True;
    case Scope::Kind::Equal:
    case Scope::Kind::In: return admits_entity(scope, type, schema);
    case Scope::Kind::Is: return scope.type == type ? Truth::True : Truth::False;
    case Scope::Kind::IsIn:
      return scope.type == type ? admits_entity(scope, type, schema) : Truth::False;
  }
  return Truth::Open;
}

Truth admits(const ActionScope& scope, const EntityUid& action, const Schema& schema) {
  if (scope.kind == ActionScope::Kind::Any) return Truth::True;
  if (scope.actions.empty()) return Truth::Open;
  if (scope.kind == ActionScope::Kind::Equal) {
    return scope.actions.front().entity()->uid == action ? Truth::True : Truth::False;
  }
  bool found = false;
  for (const auto& one : scope.actions) {
    const auto& group = one.entity()->uid;
    if (schema.action(group) == nullptr) return Truth::Open;
    found = found || schema.action_is_in(action, group);
  }
  return found ? Truth::True : Truth::False;
}

}  // namespace hub::policy
