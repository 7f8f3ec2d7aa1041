// What a schema says: the entity types, their attributes, the actions and what they apply to.
//
// Resolved: every type is found, every name is whole ("Hub::Authority"), common types are replaced
// by what they stand for. Immutable; types are shared, so that a type used a thousand times is held
// once. The text forms are read by parse_schema() (schema_text.h) and parse_schema_json()
// (schema_json.h); both give the same Schema.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/cedar/value.h"

namespace hub::policy {

class Type;
using TypePtr = std::shared_ptr<const Type>;

struct AttributeType {
  std::string name;
  TypePtr type;
  bool required = true;

  [[nodiscard]] bool operator==(const AttributeType& other) const;
};

// Sorted by name, each name once.
using AttributeTypes = std::vector<AttributeType>;
[[nodiscard]] const AttributeType* find_attribute(const AttributeTypes& in, std::string_view name);

class Type {
 public:
  enum class Kind : std::uint8_t {
    Bool,
    Long,
    String,
    Decimal,
    Ip,
    Datetime,
    Duration,
    Entity,
    Set,
    Record
  };

  // One shared object for each of the kinds that need nothing more.
  [[nodiscard]] static TypePtr simple(Kind kind);
  [[nodiscard]] static TypePtr entity(std::string type_name);
  [[nodiscard]] static TypePtr set_of(TypePtr element);
  [[nodiscard]] static TypePtr record(AttributeTypes attributes);  // in any order

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] const std::string& entity_type() const { return entity_type_; }   // Entity
  [[nodiscard]] const TypePtr& element() const { return element_; }               // Set
  [[nodiscard]] const AttributeTypes& attributes() const { return attributes_; }  // Record

  [[nodiscard]] bool operator==(const Type& other) const;

 private:
  explicit Type(Kind kind) : kind_(kind) {}

  Kind kind_;
  std::string entity_type_;
  TypePtr element_;
  AttributeTypes attributes_;
};

// Bool, ipaddr, set, ... and the same for a sentence: a Bool, an ipaddr, a set.
[[nodiscard]] std::string_view name_of(Type::Kind kind);
[[nodiscard]] std::string with_article(Type::Kind kind);

struct EntityType {
  std::string name;
  std::vector<std::string> member_of;  // the types its entities may have as parents, sorted
  AttributeTypes attributes;
  TypePtr tags;                                         // of each tag's value; null: it has none
  std::optional<std::vector<std::string>> enumeration;  // the only ids there are, sorted

  [[nodiscard]] bool operator==(const EntityType& other) const;
};

struct ActionType {
  EntityUid uid;
  std::vector<EntityUid> member_of;     // action groups, direct, sorted
  std::vector<std::string> principals;  // sorted; both empty when it is only a group
  std::vector<std::string> resources;
  AttributeTypes context;

  bool operator==(const ActionType& other) const = default;
};

class Schema {
 public:
  Schema() = default;  // nothing
  // Each name once and known, no action in itself: whoever calls has checked that. Lists may be in
  // any order.
  Schema(std::vector<EntityType> entity_types, std::vector<ActionType> actions);

  [[nodiscard]] const EntityType* entity_type(std::string_view name) const;
  [[nodiscard]] const ActionType* action(const EntityUid& uid) const;
  [[nodiscard]] std::span<const EntityType> entity_types() const { return entity_types_; }
  [[nodiscard]] std::span<const ActionType> actions() const { return actions_; }

  // Whether an entity of type `member` can be in one of type `group`: the same type, or through
  // any number of parents.
  [[nodiscard]] bool can_be_in(std::string_view member, std::string_view group) const;
  // The same action, or one that has the group among its groups, or theirs.
  [[nodiscard]] bool action_is_in(const EntityUid& member, const EntityUid& group) const;

  // They say the same, in whatever text form and order they were written.
  [[nodiscard]] bool operator==(const Schema& other) const;

 private:
  using Indices = std::vector<std::size_t>;  // sorted

  std::vector<EntityType> entity_types_;  // sorted by name
  std::vector<ActionType> actions_;       // sorted by uid
  std::vector<Indices> type_ancestors_;   // of each entity type
  std::vector<Indices> action_ancestors_;
};

}  // namespace hub::policy
