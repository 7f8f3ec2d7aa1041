// What a record says of the people it is about, in words that a staff list can be compared with.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "agent/staff.h"
#include "schemas/record.h"

namespace hub::agent {

// Names, postcodes and addresses of these groups, one value each. Fields about the officers who
// handle the case are left out.
[[nodiscard]] std::vector<SubjectValue> subject_values(const schemas::RecordView& record,
                                                       std::span<const std::string> groups);

}  // namespace hub::agent
