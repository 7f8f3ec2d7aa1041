// The identifiers in a record by which it is found: NHS numbers, names, postcodes, as the fields of
// its type say.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/storage/run_entry.h"
#include "schemas/record.h"

namespace hub::agent {

// Class and value, as "nhs_number" and "9434765919".
using Identifier = std::pair<std::string, std::string>;

// Each item of a list is one of its own.
[[nodiscard]] std::vector<Identifier> identifiers_of(const schemas::RecordView& record);

// The key under which a record is found by one of its identifiers.
[[nodiscard]] storage::RunKey identifier_key(std::string_view identifier, std::string_view value);
// Those of all identifiers in a record.
[[nodiscard]] std::vector<storage::RunKey> identifier_keys(const schemas::RecordView& record);

// Whether one value of this class belongs to one person or one case. A name, a date of birth or an
// address does not.
[[nodiscard]] bool is_one_persons(std::string_view identifier);

}  // namespace hub::agent
