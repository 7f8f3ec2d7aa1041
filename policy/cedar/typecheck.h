// Finds the type of a policy's expressions in one request environment, as Cedar's strict
// validation has it. Inside the folder: for the validator.
//
// An expression that can only be true or only be false is known to be; behind a false `&&` or a
// true `||` nothing is looked at. What `has` and `hasTag` show to exist may be read from there on.
// After a mistake it goes on with what is still known, so that one look finds many mistakes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "policy/cedar/expression.h"
#include "policy/cedar/expression_identity.h"
#include "policy/cedar/finding_list.h"
#include "policy/cedar/policy.h"
#include "policy/cedar/schema.h"
#include "policy/cedar/typecheck_types.h"

namespace hub::policy {

// One kind of request that the schema allows.
struct RequestEnvironment {
  const ActionType* action = nullptr;
  TypePtr principal;  // an entity type
  TypePtr resource;   // an entity type
  TypePtr context;    // a record
};

// Accesses that have been shown to be safe.
using Capabilities = std::set<ExpressionNumber>;

// The capabilities that hold where an expression stands: its own and those further out.
struct KnownCapabilities {
  const KnownCapabilities* outer = nullptr;
  Capabilities own;

  [[nodiscard]] bool contains(ExpressionNumber access) const;
};

class TypeChecker {
 public:
  // All must outlive the checker. The effort is shared by all checkers of a validation.
  TypeChecker(const Schema& schema, const Policy& policy, ExpressionIdentity& identity,
              FindingList& findings, Effort& effort, RequestEnvironment environment);

  // Of the conditions together, where the head of the policy holds.
  [[nodiscard]] Truth conditions();

 private:
  struct Answer {
    Inferred type;
    Capabilities gained;  // where it is true
  };
  using Known = KnownCapabilities;

  Answer check(NodeId id, const Known& known);
  Inferred type_of(NodeId id, const Known& known) { return check(id, known).type; }
  // Notes a mistake unless the type is of the kind; not known when it is not.
  Inferred expect(NodeId id, const Known& known, Type::Kind kind, std::string_view hint = {});
  Answer condition(NodeId id, const Known& known);
  void unexpected(NodeId id, std::string_view expected, const Inferred& found,
                  std::string_view hint = {});

  Answer conjunction(const Node& node, const Known& known);
  Answer disjunction(const Node& node, const Known& known);
  Answer conditional(const Node& node, const Known& known);
  Answer either(const Node& node, const Answer& then, const Answer& otherwise);
  Inferred equality(const Node& node, const Known& known);
  Inferred literal(const Node& node);
  [[nodiscard]] const EntityUid* entity_literal(NodeId id) const;

  Inferred order(const Node& node, const Known& known);
  Inferred arithmetic(const Node& node, const Known& known);
  Inferred membership(const Node& node, const Known& known);
  Truth is_in(const Inferred& member, NodeId member_id, NodeId groups, const Known& known);
  [[nodiscard]] Truth is_in_known(const EntityUid& action, NodeId groups,
                                  const Inferred& group) const;
  Inferred is(const Node& node, const Known& known);
  Inferred contains(const Node& node, const Known& known);
  Inferred contains_many(const Node& node, const Known& known);
  Inferred set(const Node& node, const Known& known);
  Inferred record(const Node& node, const Known& known);
  Inferred call(const Node& node, const Known& known);
  void constructor(const Node& node);

  Answer has_attribute(const Node& node, const Known& known);
  Inferred get_attribute(const Node& node, const Known& known);
  Answer has_tag(const Node& node, const Known& known);
  Inferred get_tag(const Node& node, const Known& known);
  // Null when values of the type have no attributes; otherwise what the schema says of them.
  [[nodiscard]] const AttributeTypes* attributes_of(const Inferred& object) const;
  [[nodiscard]] const TypePtr* tags_of(const Inferred& object) const;

  void note(FindingKind kind, Span span, std::string what, std::string hint = {});
  void incompatible(const Node& node, const Inferred& left, const Inferred& right,
                    std::string_view which);
  [[nodiscard]] NodeId child(const Node& node, std::size_t index) const;
  [[nodiscard]] const Node& node_at(NodeId id) const { return in_.nodes[id]; }
  [[nodiscard]] std::string written(NodeId id) const;

  const Schema& schema_;
  const Policy& policy_;
  const Expressions& in_;
  ExpressionIdentity& identity_;
  FindingList& findings_;
  Effort& effort_;
  RequestEnvironment environment_;
  TypePtr action_;
};

}  // namespace hub::policy
