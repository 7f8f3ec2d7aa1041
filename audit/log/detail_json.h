// A detail as an auditor gets it: an object with "actor", "device", "justification", "note",
// "asked", "relations" and "record_ids"; what is empty is left out.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "audit/log/detail.h"

namespace hub::audit {

[[nodiscard]] nlohmann::json detail_json(const Detail& detail);

}  // namespace hub::audit
