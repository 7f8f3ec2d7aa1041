#include "audit/proof/origin.h"

#include <utility>

#include "audit/proof/note_lines.h"

namespace hub::audit {
namespace {

// What stands before the number, and the number: 1 where there is none.
std::pair<std::string_view, std::uint64_t> parts_of(std::string_view origin) {
  const auto slash = origin.rfind('/');
  if (slash == std::string_view::npos) return {origin, 1};
  const auto number = parse_number(origin.substr(slash + 1));
  if (!number || *number < 2) return {origin, 1};
  return {origin.substr(0, slash), *number};
}

}  // namespace

std::string first_origin(std::string_view hub, std::string_view party) {
  return std::string(hub).append("/audit/").append(party);
}

std::string next_origin(std::string_view origin) {
  const auto [log, number] = parts_of(origin);
  return std::string(log) + "/" + std::to_string(number + 1);
}

bool is_before(std::string_view earlier, std::string_view later) {
  const auto [log, number] = parts_of(earlier);
  const auto [same, next] = parts_of(later);
  return log == same && number < next;
}

}  // namespace hub::audit
