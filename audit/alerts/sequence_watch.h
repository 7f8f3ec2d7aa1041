// R6: going through numbers, postcodes or records as a list is gone through.
#pragma once

#include <memory>

#include "audit/alerts/settings.h"
#include "audit/alerts/watch.h"

namespace hub::alerts {

// Searches for numbers that rise or fall by small steps; searches for many postcodes of one sector
// ("E8 1") within an hour; many records opened faster than anybody reads them.
[[nodiscard]] std::unique_ptr<Watch> sequence(const AlertSettings& settings);

}  // namespace hub::alerts
