#include "audit/alerts/watch.h"

namespace hub::alerts {

std::string span_text(const Finding& finding) {
  const auto from = london(finding.first);
  const auto until = london(finding.last);
  if (from.day != until.day) return "between " + when_text(from) + " and " + when_text(until);
  if (from.minute == until.minute) return "at " + when_text(from);
  return "between " + clock_text(from.minute) + " and " + when_text(until);
}

std::string counted(std::uint64_t count, std::string_view one) {
  auto out = std::to_string(count) + ' ' + std::string(one);
  if (count != 1) out += 's';
  return out;
}

}  // namespace hub::alerts
