// The catalogue as it is shipped, and whole records of its types, for tests.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/catalogue.h"
#include "schemas/record.h"

namespace hub::schemas {

// "catalogue/NAME.fbs" -> text, read from schemas/catalogue.
[[nodiscard]] std::map<std::string, std::string> london_files();

// Loaded once. Ends the test program when it does not load.
[[nodiscard]] const Catalogue& london();
[[nodiscard]] const RecordType& london_type(std::string_view name);

using Texts = std::map<std::string, std::string>;

// Every field of the type with a right value.
[[nodiscard]] Texts placement_texts();
[[nodiscard]] Texts referral_texts();
[[nodiscard]] Texts marac_texts();

[[nodiscard]] Result<RecordDraft, std::vector<FieldProblem>> check(const RecordType& type,
                                                                   const Texts& texts);
// The body with all groups; the texts must be right.
[[nodiscard]] Buffer body_of(const RecordType& type, const Texts& texts);

}  // namespace hub::schemas
