#include "policy/cedar/conformance.h"

#include <algorithm>
#include <set>
#include <utility>

#include "policy/cedar/names.h"
#include "policy/cedar/shown_text.h"
#include "policy/cedar/token_cursor.h"

namespace hub::policy {
namespace {

constexpr std::size_t kMostFaults = 20;

bool is_simple_value(const Value& value, Type::Kind kind) {
  switch (kind) {
    case Type::Kind::Bool: return value.kind() == Value::Kind::Bool;
    case Type::Kind::Long: return value.kind() == Value::Kind::Long;
    case Type::Kind::String: return value.kind() == Value::Kind::String;
    case Type::Kind::Decimal: return value.kind() == Value::Kind::Decimal;
    case Type::Kind::Ip: return value.kind() == Value::Kind::Ip;
    case Type::Kind::Datetime: return value.kind() == Value::Kind::Datetime;
    case Type::Kind::Duration: return value.kind() == Value::Kind::Duration;
    case Type::Kind::Entity:
    case Type::Kind::Set:
    case Type::Kind::Record: return false;
  }
  return false;
}

// Walks over values along their types, whose depth is limited.
class ConformanceCheck {
 public:
  explicit ConformanceCheck(const Schema& schema) : schema_(schema) {}

  Faults take() && { return std::move(faults_); }

  void fault(const std::string& what) {
    if (faults_.size() >= kMostFaults) return;
    std::string out;
    for (const auto& [what_part, name] : where_) {
      out += what_part;
      if (!name.empty()) out += " " + in_backquotes(name);
      out += ": ";
    }
    faults_.push_back(out + what);
  }

  void request(const Request& request) {
    const auto* action = schema_.action(request.action);
    if (action == nullptr) return fault("the schema has no such action");
    one_of("the principal", request.principal, action->principals, *action);
    one_of("the resource", request.resource, action->resources, *action);
    context(*action, request.context);
  }

  void context(const ActionType& action, const Record& context) {
    within("the context", {}, [&] { record(action.context, context); });
  }

  void entity(const Entity& entity) {
    if (is_action_type(entity.uid->type)) return action_entity(entity);
    const auto* type = schema_.entity_type(entity.uid->type);
    if (type == nullptr) return fault("its type is not declared");
    id(entity.uid);
    record(type->attributes, entity.attributes);
    tags(*type, entity.tags);
    for (const auto& parent : entity.parents) within("a parent", {}, [&] { in(*type, parent); });
  }

 private:
  template <class Check>
  void within(std::string_view what, std::string_view name, Check check) {
    where_.emplace_back(what, name);
    check();
    where_.pop_back();
  }

  void one_of(std::string_view who, const EntityUid& uid, const std::vector<std::string>& types,
              const ActionType& action) {
    within(who, {}, [&] {
      if (schema_.entity_type(uid.type) == nullptr) return fault("its type is not declared");
      if (!std::ranges::binary_search(types, uid.type)) {
        return fault(to_text(action.uid) + " does not apply to the type " +
                     in_backquotes(uid.type));
      }
      id(uid);
    });
  }

  // Of an enumerated type only the declared ids, and only declared actions.
  void id(const EntityUid& uid) {
    const auto* type = schema_.entity_type(uid.type);
    if (type != nullptr && type->enumeration &&
        !std::ranges::binary_search(*type->enumeration, uid.id)) {
      fault(in_backquotes(uid.type) + " has no such id");
    }
    if (is_action_type(uid.type) && schema_.action(uid) == nullptr) {
      fault("the schema has no such action");
    }
  }

  void in(const EntityType& type, const EntityUid& parent) {
    const bool allowed = std::ranges::any_of(type.member_of, [&](const std::string& group) {
      return schema_.can_be_in(group, parent.type);
    });
    if (allowed) return id(parent);
    fault("an entity of type " + in_backquotes(type.name) + " cannot be in one of its type");
  }

  void tags(const EntityType& type, const Record& tags) {
    if (tags.empty()) return;
    if (type.tags == nullptr) return fault(in_backquotes(type.name) + " has no tags");
    for (const auto& tag : tags.attributes()) {
      within("a tag", {}, [&] { value(*type.tags, tag.value); });
    }
  }

  void record(const AttributeTypes& types, const Record& record) {
    for (const auto& declared : types) {
      const auto* held = record.find(declared.name);
      if (held == nullptr) {
        if (declared.required)
          fault("the attribute " + in_backquotes(declared.name) + " is missing");
        continue;
      }
      within("attribute", declared.name, [&] { value(*declared.type, *held); });
    }
    for (const auto& held : record.attributes()) {
      if (find_attribute(types, held.name) != nullptr) continue;
      return fault("there is an attribute that is not declared");
    }
  }

  void value(const Type& type, const Value& held) {
    if (faults_.size() >= kMostFaults) return;
    switch (type.kind()) {
      case Type::Kind::Entity: return reference(type, held);
      case Type::Kind::Set: return set(type, held);
      case Type::Kind::Record:
        if (held.record() != nullptr) return record(type.attributes(), *held.record());
        break;
      case Type::Kind::Bool:
      case Type::Kind::Long:
      case Type::Kind::String:
      case Type::Kind::Decimal:
      case Type::Kind::Ip:
      case Type::Kind::Datetime:
      case Type::Kind::Duration:
        if (is_simple_value(held, type.kind())) return;
        break;
    }
    fault("it is not " + with_article(type.kind()));
  }

  void reference(const Type& type, const Value& held) {
    const auto* uid = held.entity();
    if (uid != nullptr && uid->uid.type == type.entity_type()) return id(uid->uid);
    fault("it is not an entity of type " + in_backquotes(type.entity_type()));
  }

  void set(const Type& type, const Value& held) {
    if (held.set() == nullptr) return fault("it is not a set");
    for (const auto& item : held.set()->items()) {
      within("an item", {}, [&] { value(*type.element(), item); });
    }
  }

  void action_entity(const Entity& entity) {
    const auto* action = schema_.action(entity.uid);
    if (action == nullptr) return fault("the schema has no such action");
    if (!entity.attributes.empty() || !entity.tags.empty()) {
      fault("an action has no attributes and no tags");
    }
    std::set<EntityUid> said;
    for (const auto& parent : entity.parents) {
      if (schema_.action(parent) == nullptr)
        return fault("a parent is not an action of the schema");
      add_groups(parent, said);
    }
    std::set<EntityUid> declared;
    for (const auto& group : action->member_of) add_groups(group, declared);
    if (said != declared) fault("its groups are not those of the schema");
  }

  // The action and all that it is in.
  void add_groups(const EntityUid& action, std::set<EntityUid>& out) const {
    std::vector<const EntityUid*> open{&action};
    while (!open.empty()) {
      const auto& uid = *open.back();
      open.pop_back();
      if (!out.insert(uid).second) continue;
      const auto* found = schema_.action(uid);
      if (found == nullptr) continue;
      for (const auto& group : found->member_of) open.push_back(&group);
    }
  }

  const Schema& schema_;
  // Kinds of parts and their names in the schema: views of what outlives the check.
  std::vector<std::pair<std::string_view, std::string_view>> where_;
  Faults faults_;
};

}  // namespace

Faults faults_of_request(const Schema& schema, const Request& request) {
  ConformanceCheck check(schema);
  check.request(request);
  return std::move(check).take();
}

Faults faults_of_context(const Schema& schema, const EntityUid& action, const Record& context) {
  const auto* type = schema.action(action);
  if (type == nullptr) return {"the schema has no such action"};
  ConformanceCheck check(schema);
  check.context(*type, context);
  return std::move(check).take();
}

Faults faults_of_entity(const Schema& schema, const Entity& entity) {
  ConformanceCheck check(schema);
  check.entity(entity);
  return std::move(check).take();
}

}  // namespace hub::policy
