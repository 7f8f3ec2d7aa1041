// Everything that is wrong with a bundle before anybody signs it: what agents would refuse it for,
// and what they would take without a word though it is hardly meant.
//
// An error is refused by agents, or is out of date: a review that is overdue, an agreement that
// ended and whose records are past their retention. A warning is safe but hardly meant, as a policy
// that can never apply. A note is no fault. Nothing here ever stops a running hub: what only a date
// makes wrong, Rulebook::make takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policy/cedar/finding.h"
#include "policy/cedar/parse_error.h"
#include "policy/enforcement.h"

namespace hub::policy {

enum class CheckLevel : std::uint8_t { Error, Warning, Note };
[[nodiscard]] std::string_view name_of(CheckLevel level);  // "error", "warning", "note"

struct CheckFinding {
  CheckLevel level = CheckLevel::Error;
  // What kind of finding, for programs: refused (as agents refuse it), not-valid, unknown-name,
  // unaskable-view, policy-review, agreement-review, agreement-ended, impossible-policy,
  // confusing-text.
  std::string_view rule;
  Finding finding;  // its own kind means nothing here
};

// As policy/cedar/finding.h shows it: place, line, marks, hint.
[[nodiscard]] std::string show(const CheckFinding& finding);

struct BundleCheck {
  std::vector<CheckFinding> findings;  // by file and place
  std::size_t policies = 0;
  std::size_t agreements = 0;

  // Errors and warnings.
  [[nodiscard]] std::size_t faults() const;
};

// `files` as Rulebook::make takes them; `today` in days since 1970.
[[nodiscard]] BundleCheck check_bundle(const std::map<std::string, std::string>& files,
                                       const std::vector<RecordTypeFacts>& record_types,
                                       std::int32_t today);

// Mistakes found elsewhere (in the catalogue, say) with the lines of the files they are in.
[[nodiscard]] std::vector<CheckFinding> findings_of(
    const std::vector<ParseError>& mistakes, const std::map<std::string, std::string>& files);

}  // namespace hub::policy
