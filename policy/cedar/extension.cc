#include "policy/cedar/extension.h"

#include <algorithm>
#include <array>

namespace hub::policy {
namespace {

// In the order of the enumeration.
constexpr std::array<FunctionFacts, 22> kFunctions{{
    {"decimal", 1, true},
    {"lessThan", 2, false},
    {"lessThanOrEqual", 2, false},
    {"greaterThan", 2, false},
    {"greaterThanOrEqual", 2, false},
    {"ip", 1, true},
    {"isIpv4", 1, false},
    {"isIpv6", 1, false},
    {"isLoopback", 1, false},
    {"isMulticast", 1, false},
    {"isInRange", 2, false},
    {"datetime", 1, true},
    {"duration", 1, true},
    {"offset", 2, false},
    {"durationSince", 2, false},
    {"toDate", 1, false},
    {"toTime", 1, false},
    {"toMilliseconds", 1, false},
    {"toSeconds", 1, false},
    {"toMinutes", 1, false},
    {"toHours", 1, false},
    {"toDays", 1, false},
}};

}  // namespace

const FunctionFacts& facts_of(Function function) {
  return kFunctions.at(static_cast<std::size_t>(function));
}

std::optional<Function> function_called(std::string_view name) {
  const auto found = std::ranges::find(kFunctions, name, &FunctionFacts::name);
  if (found == kFunctions.end()) return std::nullopt;
  return static_cast<Function>(found - kFunctions.begin());
}

}  // namespace hub::policy
