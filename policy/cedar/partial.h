// Partial evaluation: what is left of a policy while a part of the request is not known yet.
//
// Known are the principal, the action and what the snapshot says of entities. Open are the
// resource, of which only the type is known, or some attributes of the context, or both. What is
// left is an expression over these alone.
//
// Exact, with respect to errors too: for every resource and every value of the open attributes,
// with which the request is complete, the policy is satisfied, unsatisfied or errs just as
// authorize() has it when what is left is true, false or errs. Nothing that may err is dropped in
// favour of a later `false`: `error && false` is an error.
//
// The open resource must be no parent of an entity of the snapshot; one that is in the snapshot is
// as the snapshot says. Recursion is as deep as the expression.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <variant>

#include "policy/cedar/entities.h"
#include "policy/cedar/evaluator.h"
#include "policy/cedar/expression.h"
#include "policy/cedar/policy.h"
#include "policy/cedar/value.h"

namespace hub::policy {

struct OpenRequest {
  EntityUid principal;
  EntityUid action;
  std::optional<EntityUid> resource;  // nothing: open
  std::string resource_type;          // of an open resource
  Record context;                     // what is known of it
  // Attributes of the context of which nothing is known, not even whether they are there.
  std::set<std::string, std::less<>> open_context;
  // Attributes of an open resource that are known all the same.
  std::map<std::string, Value, std::less<>> resource_attributes;
};

struct Partial {
  enum class Kind : std::uint8_t { False, True, Erred, Open };

  Kind kind = Kind::Erred;
  // When open. What errs for certain stands in it as something that is_error() knows.
  Expressions residual;
  NodeId root = 0;
};

[[nodiscard]] bool is_error(const Expressions& in, NodeId id);

// Serves one thread. Both must outlive it.
class PartialEvaluator {
 public:
  PartialEvaluator(const Entities& entities, const OpenRequest& request);

  // Head and conditions together; a template is never satisfied.
  [[nodiscard]] Partial policy(const Policy& policy);
  // One expression as a condition.
  [[nodiscard]] Partial condition(const Expressions& in, NodeId id);

 private:
  struct Erring {};
  struct Open {
    NodeId node = 0;  // of out_
  };
  using Part = std::variant<Erring, Value, Open>;
  class Chain;

  Part part(const Expressions& in, NodeId id);
  Part resource_fits(const Scope& scope);
  Part inverted(Part operand, Span span);
  Part conditional(const Expressions& in, const Node& node);
  Part chain(const Expressions& in, const Node& node, bool goes_on_while);
  Part strict(const Expressions& in, const Node& node);
  Part applied(const Expressions& in, const Node& node, std::span<const Part> parts);
  Part get_attribute(const Part& owner, const std::string& name, Span span);
  Part has_attribute(const Part& holder, const std::string& name, Span span);
  Part has_path(const Expressions& in, const Node& node);
  Part is(const Expressions& in, const Node& node);

  [[nodiscard]] bool is_open_variable(const Part& part, Op variable) const;
  // An entity that may be the open resource: what it has and what it is in is not known.
  [[nodiscard]] bool may_be_resource(const Value& value) const;
  NodeId node_of(const Part& part);
  NodeId erring_node();
  Partial finish(const Part& part);

  const Entities& entities_;
  const OpenRequest& request_;
  Request complete_;
  Evaluator evaluator_;
  Expressions out_;
  Expressions known_;  // what the evaluator is asked; it keeps looking at the values in it
};

}  // namespace hub::policy
