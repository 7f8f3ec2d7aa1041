// Row filters: the policies that say which rows a principal may see, as a SQL condition, so that
// the store selects what policy allows instead of asking it row by row.
//
// For the rows that it selects, and for no other, the hub's rule allows: a permit is satisfied, no
// forbid is, and no forbid errs. A row that does not fit the schema (NULL in a required column, an
// id that is not known) is never selected. What is shown to anybody is decided once more, row by
// row, through the Rulebook; the filter spares work, it does not replace the decision.
//
// What can be asked of a store: comparisons of Long, ==, &&, ||, !, has, like, contains, in, is, on
// attributes of the row, each compared with what is known or with another one; and any condition
// on the attributes and groups of an entity that the row names, where all ids are known
// (RowMapping::known_ids). Anything else is refused with its place: arithmetic on the row (it may
// overflow), `if` on the row, containsAll, containsAny, isEmpty, tags, records, extension types.
//
// Policies must be strictly valid under the schema of the table.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "policy/cedar/entities.h"
#include "policy/cedar/finding.h"
#include "policy/cedar/policy_set.h"
#include "policy/cedar/value.h"
#include "policy/row_sql.h"
#include "policy/row_table.h"

namespace hub::policy {

inline constexpr std::size_t kMaxRowFilterValues = 10'000;
inline constexpr std::size_t kMaxRowFilterBytes = 500'000;

// What is known of the request; its action is the table's.
struct RowQuestion {
  EntityUid principal;
  std::optional<EntityUid> resource;  // where the row is not the resource
  Record context;                     // what the row does not hold of it
};

struct RowFilter {
  std::string where;            // 1 or 0 for each row, never NULL
  std::vector<Binding> values;  // of its question marks, in order
};

// The entities of the snapshot must fit the schema; none of them has a row as its parent.
[[nodiscard]] Result<RowFilter, std::vector<Finding>> row_filter(const PolicySet& policies,
                                                                 const Entities& entities,
                                                                 const RowQuestion& question,
                                                                 const RowTable& table);

// When policies are activated: what of them cannot be asked of the store, whoever will ask. Nothing
// means that row_filter() refuses only what gets too large. First, what strict validation finds.
[[nodiscard]] std::vector<Finding> row_filter_findings(const PolicySet& policies,
                                                       const RowTable& table);

}  // namespace hub::policy
