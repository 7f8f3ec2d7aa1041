#include "policy/cedar/schema.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/result.h"

namespace hub::policy {
namespace {

constexpr auto kNowhere = static_cast<std::size_t>(-1);

// Where the one of that name stands in a sorted list.
template <class Items, class Name, class NameOf>
std::size_t index_of(const Items& items, const Name& name, NameOf name_of) {
  const auto found = std::ranges::lower_bound(items, name, {}, name_of);
  if (found == items.end() || (*found).*name_of != name) return kNowhere;
  return static_cast<std::size_t>(found - items.begin());
}

// For each item all that its parents lead to, itself only when they lead back to it.
template <class Items, class NameOf>
std::vector<std::vector<std::size_t>> ancestors(const Items& items, NameOf name_of) {
  std::vector<std::vector<std::size_t>> parents(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (const auto& parent : items[i].member_of) {
      const auto index = index_of(items, parent, name_of);
      if (index != kNowhere) parents[i].push_back(index);
    }
  }
  std::vector<std::vector<std::size_t>> out(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    std::vector<bool> seen(items.size(), false);
    std::vector<std::size_t> open = parents[i];
    while (!open.empty()) {
      const auto at = open.back();
      open.pop_back();
      if (seen[at]) continue;
      seen[at] = true;
      out[i].push_back(at);
      open.insert(open.end(), parents[at].begin(), parents[at].end());
    }
    std::ranges::sort(out[i]);
  }
  return out;
}

template <class Items>
void sort_and_drop_repeated(Items& items) {
  std::ranges::sort(items);
  const auto rest = std::ranges::unique(items);
  items.erase(rest.begin(), rest.end());
}

bool same_type(const TypePtr& left, const TypePtr& right) {
  if (left == nullptr || right == nullptr) return left == right;
  return *left == *right;
}

}  // namespace

const AttributeType* find_attribute(const AttributeTypes& in, std::string_view name) {
  const auto found = std::ranges::lower_bound(in, name, {}, &AttributeType::name);
  return found == in.end() || found->name != name ? nullptr : &*found;
}

std::string_view name_of(Type::Kind kind) {
  switch (kind) {
    case Type::Kind::Bool: return "Bool";
    case Type::Kind::Long: return "Long";
    case Type::Kind::String: return "String";
    case Type::Kind::Decimal: return "decimal";
    case Type::Kind::Ip: return "ipaddr";
    case Type::Kind::Datetime: return "datetime";
    case Type::Kind::Duration: return "duration";
    case Type::Kind::Entity: return "entity";
    case Type::Kind::Set: return "set";
    case Type::Kind::Record: return "record";
  }
  return "unknown";
}

std::string with_article(Type::Kind kind) {
  const bool has_vowel = kind == Type::Kind::Ip || kind == Type::Kind::Entity;
  return (has_vowel ? "an " : "a ") + std::string(name_of(kind));
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
  return attributes_ == other.attributes_;
}

bool AttributeType::operator==(const AttributeType& other) const {
  return name == other.name && required == other.required && same_type(type, other.type);
}

bool EntityType::operator==(const EntityType& other) const {
  return name == other.name && member_of == other.member_of && attributes == other.attributes &&
         same_type(tags, other.tags) && enumeration == other.enumeration;
}

Schema::Schema(std::vector<EntityType> entity_types, std::vector<ActionType> actions)
    : entity_types_(std::move(entity_types)), actions_(std::move(actions)) {
  for (auto& type : entity_types_) {
    std::ranges::sort(type.attributes, {}, &AttributeType::name);
    sort_and_drop_repeated(type.member_of);
    if (type.enumeration) sort_and_drop_repeated(*type.enumeration);
  }
  for (auto& action : actions_) {
    std::ranges::sort(action.context, {}, &AttributeType::name);
    sort_and_drop_repeated(action.member_of);
    sort_and_drop_repeated(action.principals);
    sort_and_drop_repeated(action.resources);
  }
  std::ranges::sort(entity_types_, {}, &EntityType::name);
  std::ranges::sort(actions_, {}, &ActionType::uid);
  type_ancestors_ = ancestors(entity_types_, &EntityType::name);
  action_ancestors_ = ancestors(actions_, &ActionType::uid);
}

const EntityType* Schema::entity_type(std::string_view name) const {
  const auto at = index_of(entity_types_, name, &EntityType::name);
  return at == kNowhere ? nullptr : &entity_types_[at];
}

const ActionType* Schema::action(const EntityUid& uid) const {
  const auto at = index_of(actions_, uid, &ActionType::uid);
  return at == kNowhere ? nullptr : &actions_[at];
}

bool Schema::can_be_in(std::string_view member, std::string_view group) const {
  if (member == group) return true;
  const auto below = index_of(entity_types_, member, &EntityType::name);
  const auto above = index_of(entity_types_, group, &EntityType::name);
  return below != kNowhere && above != kNowhere &&
         std::ranges::binary_search(type_ancestors_[below], above);
}

bool Schema::action_is_in(const EntityUid& member, const EntityUid& group) const {
  if (member == group) return true;
  const auto below = index_of(actions_, member, &ActionType::uid);
  const auto above = index_of(actions_, group, &ActionType::uid);
  return below != kNowhere && above != kNowhere &&
         std::ranges::binary_search(action_ancestors_[below], above);
}

bool Schema::operator==(const Schema& other) const {
  return entity_types_ == other.entity_types_ && actions_ == other.actions_;
}

}  // namespace hub::policy
