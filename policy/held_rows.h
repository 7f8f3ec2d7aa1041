// The rows of held records as view policies see them: what a record brings to the question who may
// look at it, its terms, in columns. A term is an attribute of the context of `view` that does not
// come from the look itself (`now`, `recipient`); its column has its name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/agreement.h"
#include "policy/cedar/entities.h"
#include "policy/cedar/policy_set.h"
#include "policy/enforcement.h"
#include "policy/named_values.h"
#include "policy/row_filter.h"
#include "policy/row_table.h"

namespace hub::policy {

struct HeldTerm {
  std::string column;
  bool is_text = true;   // TEXT, else INTEGER
  bool required = true;  // else NULL says that the record has none
};

// In one order, always the same. The rows are called kHeldRows in a filter.
inline constexpr std::string_view kHeldRows = "held";
[[nodiscard]] std::vector<HeldTerm> held_terms();
// Of the record that the question is about, in the same order.
[[nodiscard]] std::vector<std::optional<Binding>> held_terms_of(const Question& question);

// What of a valid set's view policies no store could be asked, each once: a bundle with any is
// refused.
[[nodiscard]] std::vector<Finding> unaskable_views(const PolicySet& policies);

// For Rulebook::view_filter. Nothing when no column can hold one of the terms.
[[nodiscard]] std::optional<RowTable> held_rows(const std::vector<std::string>& authorities,
                                                const std::vector<std::string>& agreements);
// `names` are the world's, `entities` the world's and the user who asks.
[[nodiscard]] Result<RowFilter, std::vector<Finding>> held_rows_filter(const PolicySet& policies,
                                                                       const NamedValues& names,
                                                                       const Entities& entities,
                                                                       const Question& question,
                                                                       const RowTable& table);

}  // namespace hub::policy
