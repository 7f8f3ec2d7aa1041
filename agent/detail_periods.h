// How long the details of the audit log's entries are kept, by what was done.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>

namespace hub::agent {

// By the entry's act. An act that is not here: for ever.
using DetailPeriods = std::map<std::string, std::chrono::days, std::less<>>;

// Six years for `admin` and `erasure`, so that it can be shown who decided; two for all others.
[[nodiscard]] inline DetailPeriods usual_detail_periods() {
  constexpr std::chrono::days two_years{730};
  constexpr std::chrono::days six_years{2192};
  return {{"admin", six_years},       {"alteration", two_years},   {"collection", two_years},
          {"combination", two_years}, {"consultation", two_years}, {"disclosure", two_years},
          {"erasure", six_years},     {"receipt", two_years},      {"refusal", two_years}};
}

// The Ministry of Justice's guidance on logs: six months at the least. At the most ten years.
inline constexpr std::chrono::days kLeastDetailPeriod{183};
inline constexpr std::chrono::days kMostDetailPeriod{3653};

}  // namespace hub::agent
