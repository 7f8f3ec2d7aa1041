#include "policy/cedar/schema.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "core/base/result.h"

namespace hub::policy {
namespace {

// Everything that can be reached from `start` by `next`, without `start` unless it leads back.
template <class Name, class Next>
std::vector<Name> reachable(const Name& start, Next next) {
  std::set<Name> seen;
  std::vector<Name> open = next(start);
  while (!open.empty()) {
    auto name = std::move(open.back());
    open.pop_back();
    if (!seen.insert(name).second) continue;
    for (auto& further : next(name)) open.push_back(std::move(further));
  }
  return {seen.begin(), seen.end()};
}

bool same_types(const AttributeTypes& left, const AttributeTypes& right) {
  return std::ranges::equal(left, right, [](const AttributeType& a, const AttributeType& b) {
    return a.name == b.name && a.required == b.required && *a.type == *b.type;
  });
}

}  // namespace

const AttributeType* find_attribute(const AttributeTypes& in, std::string_view name) {
  const auto found = std::ranges::lower_bound(in, name, {}, &AttributeType::name);
  return found == in.end() || found->name != name ? nullptr : &*found;
}

TypePtr Type::simple(Kind kind) {
  static const auto all = [] {
    std::array<TypePtr, 7> out;
    for (std::size_t i = 0; i < out.size(); ++i) {
      out.at(i) = TypePtr(new Type(static_cast<Kind>(i)));
    }
    return out;
  }();
  require(kind < Kind::Entity, "a simple type needs nothing more than its kind");
  return all.at(static_cast<std::size_t>(kind));
}

TypePtr Type::entity(std::string type_name) {
  Type out(Kind::Entity);
  out.entity_type_ = std::move(type_name);
  return std::make_shared<const Type>(std::move(out));
}

TypePtr Type::set_of(TypePtr element) {
  Type out(Kind::Set);
  out.element_ = std::move(element);
  return std::make_shared<const Type>(std::move(out));
}

TypePtr Type::record(AttributeTypes attributes) {
  Type out(Kind::Record);
  out.attributes_ = std::move(attributes);
  std::ranges::sort(out.attributes_, {}, &AttributeType::name);
  return std::make_shared<const Type>(std::move(out));
}

bool Type::operator==(const Type& other) const {
  if (this == &other) return true;
  if (kind_ != other.kind_ || entity_type_ != other.entity_type_) return false;
  if (kind_ == Kind::Set) return *element_ == *other.element_;
  return same_types(attributes_, other.attributes_);
}

Schema::Schema(std::vector<EntityType> entity_types, std::vector<ActionType> actions)
    : entity_types_(std::move(entity_types)), actions_(std::move(actions)) {
  for (auto& type : entity_types_) std::ranges::sort(type.attributes, {}, &AttributeType::name);
  for (auto& action : actions_) std::ranges::sort(action.context, {}, &AttributeType::name);
  std::ranges::sort(entity_types_, {}, &EntityType::name);
  std::ranges::sort(actions_, {}, &ActionType::uid);
  for (const auto& type : entity_types_) {
    type_ancestors_[type.name] = reachable(type.name, [this](const std::string& name) {
      const auto* found = entity_type(name);
      return found == nullptr ? std::vector<std::string>() : found->member_of;
    });
  }
  for (const auto& one : actions_) {
    action_ancestors_[one.uid] = reachable(one.uid, [this](const EntityUid& uid) {
      const auto* found = action(uid);
      return found == nullptr ? std::vector<EntityUid>() : found->member_of;
    });
  }
}

const EntityType* Schema::entity_type(std::string_view name) const {
  const auto found = std::ranges::lower_bound(entity_types_, name, {}, &EntityType::name);
  return found == entity_types_.end() || found->name != name ? nullptr : &*found;
}

const ActionType* Schema::action(const EntityUid& uid) const {
  const auto found = std::ranges::lower_bound(actions_, uid, {}, &ActionType::uid);
  return found == actions_.end() || found->uid != uid ? nullptr : &*found;
}

bool Schema::can_be_in(std::string_view member, std::string_view group) const {
  if (member == group) return true;
  const auto found = type_ancestors_.find(member);
  return found != type_ancestors_.end() && std::ranges::binary_search(found->second, group);
}

bool Schema::action_is_in(const EntityUid& member, const EntityUid& group) const {
  if (member == group) return true;
  const auto found = action_ancestors_.find(member);
  return found != action_ancestors_.end() && std::ranges::binary_search(found->second, group);
}

}  // namespace hub::policy
