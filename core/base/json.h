// JSON from outside: one parse with limits on size and depth, duplicate keys refused, and no
// exception past this edge. What comes back is a value to look at, never trusted further.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace hub {

struct JsonLimits {
  std::size_t max_bytes = 16U << 20U;
  std::size_t max_depth = 32;
};

struct JsonError {
  std::size_t line = 0;  // 1-based; 0 when the whole text is at fault
  std::string reason;    // fixed words, never the text itself
};

[[nodiscard]] Result<nlohmann::json, JsonError> parse_json(std::string_view text,
                                                           JsonLimits limits = {});

}  // namespace hub
