// Under which terms records are held: sender, agreement, purpose and whatever else view policies
// ask of a record, each combination once. Policy is asked about these few rows by the store itself
// (Rulebook::view_filter), instead of about every record.
//
// A combination is kept with its shape, the names of its terms. Another version of the program may
// know other terms: what it left behind says nothing here, and its records are decided one by one.
#pragma once

#include <cstdint>
#include <set>
#include <string_view>

#include "agent/snapshot.h"
#include "core/storage/connection.h"
#include "policy/enforcement.h"
#include "schemas/envelope.h"

namespace hub::agent {

// What a record's header says of the question who may look at it.
void add_terms(const schemas::Header& header, policy::Question& question);

// The numbers of terms, written down when they are new; for one transaction. Records that come
// together mostly come under the same.
class TermNumbers {
 public:
  [[nodiscard]] std::int64_t of(storage::Connection& store, const policy::Question& question);

 private:
  policy::Question last_;
  std::int64_t number_ = 0;  // of the last; 0 while there is none
};

// The terms under which records of this type are not listed for the user who looks. Of records
// under other terms, or none, nothing is known: they are asked about one by one.
[[nodiscard]] std::set<std::int64_t> withheld_terms(storage::Connection& store,
                                                    const Snapshot& snapshot,
                                                    const schemas::RecordType& type,
                                                    policy::Question look);

}  // namespace hub::agent
