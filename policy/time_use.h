// Whether a policy's answer can change with time at other moments than its agreement's start and
// end. Decisions are kept only where it cannot.
#pragma once

#include "policy/cedar/policy.h"

namespace hub::policy {

// True when `context.now` occurs only as now < t, now >= t, t > now or t <= now, where t is
// context.agreement.starts or context.agreement.ends, and `context` only to take attributes of.
// Those comparisons change at t itself and at no other moment.
[[nodiscard]] bool changes_only_at_agreement_dates(const Policy& policy);

}  // namespace hub::policy
