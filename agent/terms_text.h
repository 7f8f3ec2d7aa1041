// Terms as one JSON object, for the rows of records that wait unsealed in the agent's own store.
#pragma once

#include <string>
#include <string_view>

#include "agent/terms.h"

namespace hub::agent {

[[nodiscard]] std::string to_text(const Terms& terms);
// Only for what to_text() wrote; anything else is a damaged store and throws EnvError.
[[nodiscard]] Terms terms_from(std::string_view text);

}  // namespace hub::agent
