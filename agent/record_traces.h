// What the audit log's details say of some records, and of nobody else.
#pragma once

#include <set>
#include <span>
#include <vector>

#include "audit/log/log.h"
#include "core/base/uuid.h"

namespace hub::agent {

// The open items that go with these records:
// - each that holds one of their ids;
// - of a look at them also what was searched for, since it is what a record said;
// - of a look at nobody else also what the record has to do with staff, and the reason that was
//   given in free words. Who looked, and when, stays.
// Inside a job, since it finds what the same transaction appended, too.
[[nodiscard]] std::vector<audit::ItemPlace> traces_of(storage::Connection& store, audit::Log& log,
                                                      const std::set<Uuid>& ids);
// The same of one entry's items, by their positions; `look`: it is a consultation.
[[nodiscard]] std::vector<std::size_t> traces_among(std::span<const audit::Item> items, bool look,
                                                    const std::set<Uuid>& ids);

}  // namespace hub::agent
