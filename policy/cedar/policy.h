// One Cedar policy or template, parsed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/cedar/expression.h"
#include "policy/cedar/value.h"

namespace hub::policy {

enum class Effect : std::uint8_t { Permit, Forbid };

// `principal` or `resource` in the head of a policy.
struct Scope {
  enum class Kind : std::uint8_t { Any, Equal, In, Is, IsIn };

  Kind kind = Kind::Any;
  bool slot = false;  // ?principal or ?resource stands where the entity would
  Value entity;       // Equal, In, IsIn; unset while it is a slot
  std::string type;   // Is, IsIn
  Span span;
};

// `action` in the head of a policy.
struct ActionScope {
  enum class Kind : std::uint8_t { Any, Equal, In, InAny };

  Kind kind = Kind::Any;
  std::vector<Value> actions;  // Equal and In: one
  Span span;
};

struct Condition {
  bool unless = false;
  NodeId body = 0;
};

struct Annotation {
  std::string name;
  std::string value;
};

struct Policy {
  std::string id;
  Effect effect = Effect::Permit;
  std::vector<Annotation> annotations;  // as written
  Scope principal;
  ActionScope action;
  Scope resource;
  std::vector<Condition> conditions;
  Expressions expressions;

  std::string file;
  std::size_t line = 0;  // 1-based; 0 when the file holds no text of it, but JSON
  Span span;
  std::shared_ptr<const std::string> source;  // the whole file, or the text made for the policy

  [[nodiscard]] bool is_template() const { return principal.slot || resource.slot; }
  // Null when it has no such annotation.
  [[nodiscard]] const std::string* annotation(std::string_view name) const;
  // The words of the source.
  [[nodiscard]] std::string_view written(Span part) const;
};

}  // namespace hub::policy
