// Whose record it was: R3 relations of the staff, R4 protected people, R18 many eyes on one record.
#pragma once

#include <memory>

#include "audit/alerts/settings.h"
#include "audit/alerts/watch.h"

namespace hub::alerts {

// R3: what was looked at has the surname, postcode or address of somebody of the staff. Of a list
// only a search by value counts: the newest records are not a choice of whoever lists them. A
// surname that many of the records here have tells nothing.
[[nodiscard]] std::unique_ptr<Watch> related_subject(const AlertSettings& settings);

// R4: many protected people on one day, or any out of hours.
[[nodiscard]] std::unique_ptr<Watch> protected_subject(const AlertSettings& settings);

// R18: several people open the same record within a day.
[[nodiscard]] std::unique_ptr<Watch> many_eyes(const AlertSettings& settings);

}  // namespace hub::alerts
