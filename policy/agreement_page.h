// An agreement as a page that a data protection officer can read: who may share what with whom,
// why, for how long, what its policies do, and the entry for the record of processing (UK GDPR art
// 30).
//
// Markdown. Everything on it is in the bundle, or follows from asking the bundle's policies;
// whatever the bundle does not hold is printed as "not recorded".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "policy/opened_bundle.h"

namespace hub::policy {

// What the catalogue says of a record type, in words.
struct FieldWords {
  std::string name;
  std::string group;
  std::string description;
};
struct RecordTypeWords {
  std::string name;
  std::string title;
  std::string description;
  std::vector<FieldWords> fields;
};

// Nothing when the bundle has no such agreement. Decisions on the page are those at `now`.
[[nodiscard]] std::optional<std::string> agreement_page(
    const OpenedBundle& bundle, std::string_view agreement,
    const std::vector<RecordTypeWords>& record_types, Time now);

}  // namespace hub::policy
