// The types of comparisons, arithmetic, `in`, `is`, sets, records and calls.
#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "policy/cedar/extension.h"
#include "policy/cedar/typecheck.h"

namespace hub::policy {
namespace {

using Kind = Type::Kind;

struct Signature {
  std::array<Kind, 2> takes;
  Kind gives;
};

Signature signature_of(Function function) {
  switch (function) {
    case Function::Decimal: return {{Kind::String}, Kind::Decimal};
    case Function::Ip: return {{Kind::String}, Kind::Ip};
    case Function::Datetime: return {{Kind::String}, Kind::Datetime};
    case Function::Duration: return {{Kind::String}, Kind::Duration};
    case Function::LessThan:
    case Function::LessThanOrEqual:
    case Function::GreaterThan:
    case Function::GreaterThanOrEqual: return {{Kind::Decimal, Kind::Decimal}, Kind::Bool};
    case Function::IsIpv4:
    case Function::IsIpv6:
    case Function::IsLoopback:
    case Function::IsMulticast: return {{Kind::Ip}, Kind::Bool};
    case Function::IsInRange: return {{Kind::Ip, Kind::Ip}, Kind::Bool};
    case Function::Offset: return {{Kind::Datetime, Kind::Duration}, Kind::Datetime};
    case Function::DurationSince: return {{Kind::Datetime, Kind::Datetime}, Kind::Duration};
    case Function::ToDate: return {{Kind::Datetime}, Kind::Datetime};
    case Function::ToTime: return {{Kind::Datetime}, Kind::Duration};
    case Function::ToMilliseconds:
    case Function::ToSeconds:
    case Function::ToMinutes:
    case Function::ToHours:
    case Function::ToDays: return {{Kind::Duration}, Kind::Long};
  }
  return {};
}

std::string_view example_of(Function function) {
  switch (function) {
    case Function::Decimal: return R"(write decimal("12.34"), with one to four places)";
    case Function::Ip: return R"(write ip("192.0.2.1"), ip("192.0.2.0/24") or ip("2001:db8::1"))";
    case Function::Datetime:
      return R"(write datetime("2026-11-22") or datetime("2026-11-22T08:30:00Z"))";
    case Function::Duration: return R"(write duration("1d2h3m4s5ms"), units in this order)";
    case Function::LessThan:
    case Function::LessThanOrEqual:
    case Function::GreaterThan:
    case Function::GreaterThanOrEqual:
    case Function::IsIpv4:
    case Function::IsIpv6:
    case Function::IsLoopback:
    case Function::IsMulticast:
    case Function::IsInRange:
    case Function::Offset:
    case Function::DurationSince:
    case Function::ToDate:
    case Function::ToTime:
    case Function::ToMilliseconds:
    case Function::ToSeconds:
    case Function::ToMinutes:
    case Function::ToHours:
    case Function::ToDays: break;
  }
  return {};
}

// `<` and the like are for these.
bool has_order(const Inferred& type) {
  return type.is(Kind::Long) || type.is(Kind::Datetime) || type.is(Kind::Duration);
}

bool is_entities(const Inferred& type) {
  return type.is(Kind::Set) && type.type->element()->kind() == Kind::Entity;
}

std::string_view set_hint(const Inferred& found) {
  if (found.is(Kind::String)) return "a text is examined with `like`";
  return {};
}

}  // namespace

Inferred TypeChecker::order(const Node& node, const Known& known) {
  const auto left = type_of(child(node, 0), known);
  const auto right = type_of(child(node, 1), known);
  const auto out = boolean(Truth::Open);
  const Inferred* wanted = nullptr;
  if (has_order(right)) wanted = &right;
  if (has_order(left)) wanted = &left;
  for (const auto& [index, found] : {std::pair{0U, &left}, std::pair{1U, &right}}) {
    if (!found->known()) continue;
    const auto side = child(node, index);
    if (wanted == nullptr) {
      unexpected(
          side, "Long, datetime or duration", *found,
          found->is(Kind::Decimal) ? "decimals are compared with lessThan and its like" : "");
    } else if (!found->is(wanted->type->kind())) {
      unexpected(side, with_article(wanted->type->kind()), *found);
    }
  }
  return out;
}

Inferred TypeChecker::arithmetic(const Node& node, const Known& known) {
  for (const auto side : in_.children_of(node)) {
    const auto found = type_of(side, known);
    if (!found.known() || found.is(Kind::Long)) continue;
    std::string_view hint;
    if (found.is(Kind::String)) hint = "Cedar does not join texts";
    if (found.is(Kind::Set)) hint = "Cedar does not compute with sets";
    unexpected(side, with_article(Kind::Long), found, hint);
  }
  return simple(Kind::Long);
}

Inferred TypeChecker::membership(const Node& node, const Known& known) {
  const auto member_id = child(node, 0);
  const auto member =
      expect(member_id, known, Kind::Entity, "a set is asked with contains, a text with `like`");
  return boolean(is_in(member, member_id, child(node, 1), known));
}

Truth TypeChecker::is_in(const Inferred& member, NodeId member_id, NodeId groups,
                         const Known& known) {
  const auto found = type_of(groups, known);
  if (found.known() && !found.is(Kind::Entity) && !is_entities(found)) {
    unexpected(groups, "an entity or a set of entities", found,
               found.is(Kind::Set) ? "other sets are asked with contains" : "");
    return Truth::Open;
  }
  if (!member.known() || !found.known()) return Truth::Open;
  const auto* uid = entity_literal(member_id);
  if (uid != nullptr && schema_.action(*uid) != nullptr) return is_in_known(*uid, groups, found);
  const auto& group = found.is(Kind::Set) ? found.type->element() : found.type;
  return schema_.can_be_in(member.type->entity_type(), group->entity_type()) ? Truth::Open
                                                                             : Truth::False;
}

// Of actions the schema knows every group.
Truth TypeChecker::is_in_known(const EntityUid& action, NodeId groups,
                               const Inferred& group) const {
  const auto& node = in_.nodes[groups];
  const std::span<const NodeId> one(&groups, 1);
  bool found = false;
  for (const auto id : node.op == Op::Set ? in_.children_of(node) : one) {
    const auto* uid = entity_literal(id);
    if (uid == nullptr) {
      const auto& type = group.is(Kind::Set) ? group.type->element() : group.type;
      return schema_.can_be_in(action.type, type->entity_type()) ? Truth::Open : Truth::False;
    }
    found = found || schema_.action_is_in(action, *uid);
  }
  return found ? Truth::True : Truth::False;
}

Inferred TypeChecker::is(const Node& node, const Known& known) {
  const auto member_id = child(node, 0);
  const auto member =
      expect(member_id, known, Kind::Entity, "only entities have a type to ask for");
  auto truth = Truth::Open;
  if (member.known()) {
    const bool same = member.type->entity_type() == in_.names[node.operand];
    truth = same ? Truth::True : Truth::False;
  }
  if (node.count < 2 || truth == Truth::False) return boolean(truth);
  const auto inside = is_in(member, member_id, child(node, 1), known);
  if (inside == Truth::False || truth == Truth::True) return boolean(inside);
  return boolean(Truth::Open);
}

Inferred TypeChecker::contains(const Node& node, const Known& known) {
  const auto set_id = child(node, 0);
  const auto set = type_of(set_id, known);
  const auto item = type_of(child(node, 1), known);
  if (set.known() && !set.is(Kind::Set)) {
    unexpected(set_id, with_article(Kind::Set), set, set_hint(set));
  } else if (set.known() && item.known() && !same_type(*set.type->element(), *item.type, effort_)) {
    incompatible(node, {set.type->element(), Truth::Open, nullptr}, item,
                 "what is looked for must be of the type of the set's items");
  }
  return boolean(Truth::Open);
}

Inferred TypeChecker::contains_many(const Node& node, const Known& known) {
  const auto left_id = child(node, 0);
  const auto right_id = child(node, 1);
  const auto left = type_of(left_id, known);
  const auto right = type_of(right_id, known);
  if (left.known() && !left.is(Kind::Set)) {
    unexpected(left_id, with_article(Kind::Set), left, set_hint(left));
  }
  if (right.known() && !right.is(Kind::Set)) {
    unexpected(right_id, with_article(Kind::Set), right,
               "a single item is looked for with contains");
  }
  if (left.is(Kind::Set) && right.is(Kind::Set) && !same_type(*left.type, *right.type, effort_)) {
    incompatible(node, left, right, "both sets must have items of the same type");
  }
  return boolean(Truth::Open);
}

Inferred TypeChecker::set(const Node& node, const Known& known) {
  if (node.count == 0) {
    note(FindingKind::EmptySet, node.span, "an empty set has no type",
         "ask isEmpty() of the other set, or name an item");
    return {};
  }
  Inferred first;
  std::optional<Inferred> other;  // the first item of another type
  bool failed = false;
  for (const auto id : in_.children_of(node)) {
    auto item = type_of(id, known);
    failed = failed || !item.known();
    if (failed || other) continue;
    if (!first.known()) {
      first = std::move(item);
    } else if (!same_type(*first.type, *item.type, effort_)) {
      other = std::move(item);
    }
  }
  if (failed) return {};
  if (other) {
    incompatible(node, first, *other, "all items of a set must be of the same type");
    return {};
  }
  return {Type::set_of(first.type), Truth::Open, nullptr};
}

Inferred TypeChecker::record(const Node& node, const Known& known) {
  std::vector<std::pair<std::string_view, Inferred>> parts;
  parts.reserve(node.count);
  bool complete = true;
  bool precise = false;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    auto part = type_of(child(node, i), known);
    complete = complete && part.known();
    precise = precise || part.truth != Truth::Open || part.parts != nullptr;
    parts.emplace_back(in_.names[node.operand + i], std::move(part));
  }
  if (!complete) return {};
  std::ranges::sort(parts, {}, &std::pair<std::string_view, Inferred>::first);
  AttributeTypes attributes;
  std::vector<Inferred> kept;
  for (auto& [name, part] : parts) {
    attributes.push_back({std::string(name), part.type, true});
    if (precise) kept.push_back(std::move(part));
  }
  Inferred out{Type::record(std::move(attributes)), Truth::Open, nullptr};
  if (precise) out.parts = std::make_shared<const std::vector<Inferred>>(std::move(kept));
  return out;
}

Inferred TypeChecker::call(const Node& node, const Known& known) {
  const auto function = static_cast<Function>(node.operand);
  const auto& facts = facts_of(function);
  const auto signature = signature_of(function);
  const auto out = simple(signature.gives);
  if (node.count != facts.arguments) {
    note(FindingKind::WrongArgumentCount, node.span,
         std::string(facts.name) + " has another number of arguments",
         facts.arguments == 1 ? "it takes one value" : "it takes two values");
  }
  for (std::size_t i = 0; i < node.count; ++i) {
    if (i < facts.arguments) {
      static_cast<void>(expect(child(node, i), known, signature.takes.at(i)));
    } else {
      static_cast<void>(type_of(child(node, i), known));
    }
  }
  if (facts.is_constructor && node.count == 1) constructor(node);
  return out;
}

void TypeChecker::constructor(const Node& node) {
  const auto function = static_cast<Function>(node.operand);
  const auto& argument = node_at(child(node, 0));
  if (argument.op != Op::Literal) {
    note(FindingKind::NotLiteral, node.span,
         "a value of " + std::string(facts_of(function).name) + " must be made of a literal text",
         "give the attribute that type in the schema instead");
    return;
  }
  // The parser has made the value already if the text gives one.
  if (in_.literals[argument.operand].text() == nullptr || node.constant > 0) return;
  note(FindingKind::InvalidText, node.span,
       "this text is no " + std::string(name_of(signature_of(function).gives)),
       std::string(example_of(function)));
}

}  // namespace hub::policy
