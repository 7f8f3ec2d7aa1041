// What is wrong with the log or with an exchange, whoever did it: R16 trouble of the log, R17 sent
// and never acknowledged.
#pragma once

#include <memory>

#include "audit/alerts/settings.h"
#include "audit/alerts/watch.h"

namespace hub::alerts {

// R16: entries that say so themselves, missing numbers, a clock that went back, long silence.
[[nodiscard]] std::unique_ptr<Watch> log_trouble(const AlertSettings& settings);

// R17: envelopes that no receipt or refusal answers, as a later entry of the log shows; one finding
// a recipient, until all of it is answered.
[[nodiscard]] std::unique_ptr<Watch> never_acknowledged(const AlertSettings& settings);

}  // namespace hub::alerts
