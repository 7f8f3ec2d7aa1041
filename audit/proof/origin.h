// A log's origin: HUB "/audit/" PARTY, and after entries were lost and the log was opened anew
// "/2", "/3" and so on. The register says which one is in force.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hub::audit {

struct OriginParts {
  std::string_view hub;
  std::string_view party;
  std::uint64_t number = 1;
};
// Nothing when it is no audit log's origin.
[[nodiscard]] std::optional<OriginParts> parts_of(std::string_view origin);

[[nodiscard]] std::string first_origin(std::string_view hub, std::string_view party);
// The one to open anew under, of an audit log's origin.
[[nodiscard]] std::string next_origin(std::string_view origin);
// Whether the first is an earlier origin of the same log.
[[nodiscard]] bool is_before(std::string_view earlier, std::string_view later);

}  // namespace hub::audit
