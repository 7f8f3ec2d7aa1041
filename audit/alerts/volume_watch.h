// How much: R5 more than usual, R10 large lists and exports.
#pragma once

#include <memory>

#include "audit/alerts/settings.h"
#include "audit/alerts/watch.h"

namespace hub::alerts {

// R5: records opened on one day, against one's own days and those of the peers (the same roles),
// judged when the day is over. A day on which all the peers are busy is none.
[[nodiscard]] std::unique_ptr<Watch> unusual_volume(const AlertSettings& settings);

// R10: a list of many rows, many rows in slices, many exports of the log.
[[nodiscard]] std::unique_ptr<Watch> large_export(const AlertSettings& settings);

}  // namespace hub::alerts
