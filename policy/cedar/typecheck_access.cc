// The types of attributes and tags, and what `has` and `hasTag` show to exist.
#include <algorithm>
#include <utility>

#include "policy/cedar/shown_text.h"
#include "policy/cedar/suggestion.h"
#include "policy/cedar/typecheck.h"

namespace hub::policy {
namespace {

std::vector<std::string_view> names_of(const AttributeTypes& attributes) {
  std::vector<std::string_view> out;
  out.reserve(attributes.size());
  for (const auto& attribute : attributes) out.push_back(attribute.name);
  return out;
}

// What is known of an attribute of a record or an entity; its type must have it.
Inferred part_of(const Inferred& object, const AttributeTypes& attributes,
                 const AttributeType& attribute) {
  if (object.parts == nullptr) return {attribute.type, Truth::Open, nullptr};
  const auto index = static_cast<std::size_t>(&attribute - attributes.data());
  return object.parts->at(index);
}

constexpr std::string_view kHasAttributes = "an entity or a record";

}  // namespace

const AttributeTypes* TypeChecker::attributes_of(const Inferred& object) const {
  static const AttributeTypes none;
  if (object.is(Type::Kind::Record)) return &object.type->attributes();
  if (!object.is(Type::Kind::Entity)) return nullptr;
  const auto* type = schema_.entity_type(object.type->entity_type());
  return type == nullptr ? &none : &type->attributes;  // actions have none
}

const TypePtr* TypeChecker::tags_of(const Inferred& object) const {
  const auto* type = schema_.entity_type(object.type->entity_type());
  return type == nullptr || type->tags == nullptr ? nullptr : &type->tags;
}

// e has a.b is e has a && e.a has b.
TypeChecker::Answer TypeChecker::has_attribute(const Node& node, const Known& known) {
  const auto object_id = child(node, 0);
  auto object = type_of(object_id, known);
  auto number = identity_.of(object_id);
  Known reached{&known, {}};
  auto truth = Truth::True;
  for (std::uint32_t i = 0; i < node.names; ++i) {
    if (!object.known()) return {boolean(Truth::Open), {}};
    const auto* attributes = attributes_of(object);
    if (attributes == nullptr) {
      unexpected(i == 0 ? object_id : static_cast<NodeId>(&node - in_.nodes.data()), kHasAttributes,
                 object);
      return {boolean(Truth::Open), {}};
    }
    const auto& name = in_.names[node.operand + i];
    const auto* attribute = find_attribute(*attributes, name);
    if (attribute == nullptr) return {boolean(Truth::False), {}};
    number = identity_.attribute_of(number, name);
    // An entity itself may be missing, and then has no attribute at all.
    const bool sure = object.is(Type::Kind::Record) && attribute->required;
    if (!sure && !reached.contains(number)) {
      truth = Truth::Open;
      reached.own.insert(number);
    }
    object = part_of(object, *attributes, *attribute);
  }
  return {boolean(truth), std::move(reached.own)};
}

Inferred TypeChecker::get_attribute(const Node& node, const Known& known) {
  const auto object_id = child(node, 0);
  const auto object = type_of(object_id, known);
  if (!object.known()) return {};
  const auto* attributes = attributes_of(object);
  if (attributes == nullptr) {
    unexpected(object_id, kHasAttributes, object);
    return {};
  }
  const auto& name = in_.names[node.operand];
  const auto* attribute = find_attribute(*attributes, name);
  const bool entity = object.is(Type::Kind::Entity);
  if (attribute == nullptr) {
    auto what = (entity ? in_backquotes(object.type->entity_type()) : "the record") +
                " has no attribute " + in_backquotes(name);
    if (in_.nodes[object_id].op == Op::Context) {
      what = "the context of " + in_backquotes(to_text(environment_.action->uid)) +
             " has no attribute " + in_backquotes(name);
    }
    note(FindingKind::NoSuchAttribute, node.span, std::move(what),
         did_you_mean(name, names_of(*attributes), effort_));
    return {};
  }
  const auto access = identity_.attribute_of(identity_.of(object_id), name);
  if (!attribute->required && !known.contains(access)) {
    const auto asked = in_backquotes(written(object_id) + " has " + name);
    note(FindingKind::UnguardedAttribute, node.span,
         "the attribute " + in_backquotes(name) + " is optional and may be absent",
         "ask first: " + asked + " && ...");
  }
  return part_of(object, *attributes, *attribute);
}

TypeChecker::Answer TypeChecker::has_tag(const Node& node, const Known& known) {
  const auto object_id = child(node, 0);
  const auto name_id = child(node, 1);
  const auto object = expect(object_id, known, Type::Kind::Entity, "only entities have tags");
  const auto name = expect(name_id, known, Type::Kind::String);
  if (!object.known() || !name.known()) return {boolean(Truth::Open), {}};
  if (tags_of(object) == nullptr) return {boolean(Truth::False), {}};
  const auto access = identity_.tag_of(identity_.of(object_id), identity_.of(name_id));
  if (known.contains(access)) return {boolean(Truth::True), {}};
  return {boolean(Truth::Open), {access}};
}

Inferred TypeChecker::get_tag(const Node& node, const Known& known) {
  const auto object_id = child(node, 0);
  const auto name_id = child(node, 1);
  const auto object = expect(object_id, known, Type::Kind::Entity, "only entities have tags");
  const auto name = expect(name_id, known, Type::Kind::String);
  if (!object.known() || !name.known()) return {};
  const auto* tags = tags_of(object);
  const auto access = identity_.tag_of(identity_.of(object_id), identity_.of(name_id));
  if (tags == nullptr) {
    note(FindingKind::UnguardedTag, node.span,
         "entities of type " + in_backquotes(object.type->entity_type()) + " have no tags",
         "declare them in the schema, or use an attribute");
    return {};
  }
  if (!known.contains(access)) {
    const auto asked = in_backquotes(written(object_id) + ".hasTag(" + written(name_id) + ")");
    note(FindingKind::UnguardedTag, node.span, "the tag may be absent",
         "ask first: " + asked + " && ...");
  }
  return {*tags, Truth::Open, nullptr};
}

}  // namespace hub::policy
