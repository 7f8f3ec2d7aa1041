#include "audit/log/purpose.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/result.h"

namespace hub::audit {
namespace {

using Named = std::pair<LogPurpose, std::string_view>;

constexpr std::array<Named, 4> kPurposes{
    {{LogPurpose::Lawfulness, "lawfulness"},
     {LogPurpose::SelfMonitoring, "self-monitoring"},
     {LogPurpose::Integrity, "integrity"},
     {LogPurpose::CriminalProceedings, "criminal-proceedings"}}};

}  // namespace

std::string_view word(LogPurpose purpose) {
  const auto* const found = std::ranges::find(kPurposes, purpose, &Named::first);
  require(found != kPurposes.end(), "a purpose of a log has a word");
  return found->second;
}

std::optional<LogPurpose> log_purpose_of(std::string_view word) {
  const auto* const found = std::ranges::find(kPurposes, word, &Named::second);
  return found == kPurposes.end() ? std::nullopt : std::optional(found->first);
}

std::string log_purposes() {
  std::string out;
  for (const auto& [purpose, name] : kPurposes) {
    out.append(out.empty() ? "" : ", ").append(name);
  }
  return out;
}

}  // namespace hub::audit
