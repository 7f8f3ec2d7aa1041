#include "audit/proof/origin.h"

#include "audit/proof/note_lines.h"
#include "core/base/result.h"

namespace hub::audit {
namespace {

constexpr std::string_view kAudit = "/audit/";

}  // namespace

std::optional<OriginParts> parts_of(std::string_view origin) {
  const auto at = origin.rfind(kAudit);
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  OriginParts out{origin.substr(0, at), origin.substr(at + kAudit.size()), 1};
  if (const auto slash = out.party.find('/'); slash != std::string_view::npos) {
    const auto number = parse_number(out.party.substr(slash + 1));
    if (!number || *number < 2) return std::nullopt;
    out.number = *number;
    out.party = out.party.substr(0, slash);
  }
  return out.party.empty() ? std::nullopt : std::optional(out);
}

std::string first_origin(std::string_view hub, std::string_view party) {
  return std::string(hub).append(kAudit).append(party);
}

std::string next_origin(std::string_view origin) {
  const auto parts = parts_of(origin);
  require(parts.has_value(), "only an audit log's origin has a next one");
  if (!parts) return {};
  return first_origin(parts->hub, parts->party) + "/" + std::to_string(parts->number + 1);
}

bool is_before(std::string_view earlier, std::string_view later) {
  const auto a = parts_of(earlier);
  const auto b = parts_of(later);
  return a && b && a->hub == b->hub && a->party == b->party && a->number < b->number;
}

}  // namespace hub::audit
