// When and from where somebody acts: R7 out of hours, R8 after the end, R11 refusals in a burst,
// R12 an account that wakes, R13 two places at once.
#pragma once

#include <memory>

#include "audit/alerts/settings.h"
#include "audit/alerts/watch.h"

namespace hub::alerts {

// R7: whatever a person does while none of the roles acted in is at work. Bank holidays are not
// known.
[[nodiscard]] std::unique_ptr<Watch> out_of_hours(const AlertSettings& settings);

// R8: a record shown under an agreement that has ended, or one that its sender has amended or
// withdrawn.
[[nodiscard]] std::unique_ptr<Watch> after_the_end(const AlertSettings& settings);

// R11: refused again and again.
[[nodiscard]] std::unique_ptr<Watch> burst_of_refusals(const AlertSettings& settings);

// R12: whatever a person does on the day on which an account acts again after a long time.
[[nodiscard]] std::unique_ptr<Watch> dormant_account(const AlertSettings& settings);

// R13: one account at two devices, going back and forth.
[[nodiscard]] std::unique_ptr<Watch> two_places(const AlertSettings& settings);

}  // namespace hub::alerts
