// Turns conditions over a row into SQL, or says where they leave the fragment. Inside the folder:
// for row filters.
//
// One set of rules, used in two ways. For a filter, the expression is what partial evaluation left,
// and what is known stands in it as literals. When a bundle is checked, it is the policy's own:
// what does not hang on the row counts as known, whatever it will be, and the SQL is thrown away.
// So whatever passes the check compiles later, unless it gets too large.
//
// A condition that looks further than a column, at attributes or groups of the entity it names, is
// tried out for each of the known ids.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "policy/cedar/entities.h"
#include "policy/cedar/expression.h"
#include "policy/cedar/partial.h"
#include "policy/cedar/schema.h"
#include "policy/row_sql.h"
#include "policy/row_table.h"

namespace hub::policy {

// SQLite takes expressions 1,000 deep and 32,766 values.
inline constexpr std::size_t kMaxRowConditionDepth = 60;
inline constexpr std::size_t kMaxRowFilterSteps = 200'000;
inline constexpr std::size_t kMaxRowPatternBytes = 1'000;
inline constexpr std::size_t kMaxRowPatternStars = 8;

// Why a condition cannot be asked of the store.
struct Obstacle {
  Span span;  // of the policy's text
  std::string what;
  std::string hint;
};

[[nodiscard]] Obstacle outside_fragment(const Node& node);

// An attribute of the row: Op::Resource or Op::Context, and its name.
using RowAttribute = std::pair<Op, std::string>;

class RowCompiler {
 public:
  using Compiled = Result<SqlText, Obstacle>;

  // Of a residual. What is given must outlive the compiler; `steps` is what is left of the work.
  RowCompiler(const RowTable& table, const Expressions& in, const Entities& entities,
              const OpenRequest& request, std::size_t& steps);
  // Of a policy's expressions, where these attributes of the row count as known.
  RowCompiler(const RowTable& table, const Expressions& in, std::set<RowAttribute> known,
              std::size_t& steps);

  [[nodiscard]] Compiled condition(NodeId id);

 private:
  struct Operand {
    SqlText sql;
    TypePtr type;                           // null: any
    std::vector<std::string> null_columns;  // that may be NULL; then so may the operand
    bool plain = true;                      // a column or a value
  };
  using Read = Result<Operand, Obstacle>;
  struct Trial;

  Compiled chain(const Node& node, bool conjunction);
  Compiled alternatives(const Node& node);
  Compiled one_comparison(NodeId id);
  Compiled directly(NodeId id);
  Compiled equality(const Node& node, bool wanted);
  Compiled order(const Node& node, std::string_view sign);
  Compiled contains(const Node& node);
  static Compiled is_among(const Node& node, const Operand& item, const Value& set);
  Compiled membership(const Node& node);
  [[nodiscard]] Compiled is_in_group(const Node& node, const Value& group) const;
  Compiled has_attribute(const Node& node);
  Compiled like(const Node& node);
  Compiled is(const Node& node);
  Compiled truth(NodeId id);

  Compiled expanded(NodeId id, const RowAttribute& over);
  [[nodiscard]] OpenRequest with(const RowAttribute& attribute, const EntityUid& uid) const;
  [[nodiscard]] std::optional<RowAttribute> expandable(NodeId id) const;

  Read operand(NodeId id);
  static Read literal(const Node& node, const Value* value);
  [[nodiscard]] Read column(const Node& node) const;

  void find_open();
  [[nodiscard]] bool is_open(const Node& node) const;
  [[nodiscard]] bool is_row_attribute(Op holder, const std::string& name) const;
  [[nodiscard]] bool is_known(NodeId id) const;
  [[nodiscard]] const Node& child(const Node& node, std::size_t index) const;
  [[nodiscard]] NodeId child_id(const Node& node, std::size_t index) const;
  [[nodiscard]] bool take(std::size_t steps);

  const RowTable& table_;
  const Expressions& in_;
  const Entities* entities_ = nullptr;  // null while a bundle is checked
  const OpenRequest* request_ = nullptr;
  std::set<RowAttribute> known_;
  std::vector<bool> open_;  // while a bundle is checked: hangs on the row
  std::size_t& steps_;
  std::size_t depth_ = 0;
};

}  // namespace hub::policy
