// Under which terms records are held: sender, agreement, purpose and whatever else view policies
// ask of a record, each combination once. Policy is asked about these few rows by the store itself
// (Rulebook::view_filter), instead of about every record.
//
// A combination is kept with its shape, the names of its terms. Another version of the program may
// know other terms: what it left behind says nothing here, and its records are decided one by one.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

#include "agent/snapshot.h"
#include "core/storage/connection.h"
#include "policy/enforcement.h"
#include "schemas/envelope.h"
#include "schemas/record.h"

namespace hub::agent {

// Whether the record says that somebody in it must not be found.
[[nodiscard]] bool is_protected(const schemas::RecordView& record);

// What a record says of the question who may look at it.
void add_terms(const schemas::Header& header, bool is_protected, policy::Question& question);

// The numbers of questions' terms, written down when they are new. For one transaction, whose
// records mostly have the same.
class TermNumbers {
 public:
  explicit TermNumbers(storage::Connection& store) : store_(store) {}

  [[nodiscard]] std::int64_t of(const policy::Question& question);

 private:
  storage::Connection& store_;
  std::optional<policy::Question> last_;
  std::int64_t number_ = 0;
};

// The terms under which records of this type are not listed for the user who looks. Of records
// under other terms, or none, nothing is known: they are asked about one by one.
[[nodiscard]] std::set<std::int64_t> withheld_terms(storage::Connection& store,
                                                    const Snapshot& snapshot,
                                                    const schemas::RecordType& type,
                                                    policy::Question look);

}  // namespace hub::agent
