// Admission: what the broker looks at before it takes a slice. It opens nothing.
//
// Order: is it a slice; does it name the session's own authority; is every record what its sender
// signed; then record by record: is the recipient there, the type known, the time right, and does
// the relay policy allow it. A record that fails only there becomes a void position.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "audit/log/entry.h"
#include "broker/snapshot.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "policy/record_decider.h"
#include "schemas/receipts.h"
#include "schemas/slice.h"

namespace hub::broker {

struct Admitted {
  schemas::Slice slice;
  std::vector<std::optional<schemas::Outcome>> refused;  // one per record; nothing: relayed
  std::vector<audit::Entry> entries;                     // one per group of like records
  Time expires;                                          // of the first record to expire

  [[nodiscard]] bool has_refusals() const;
};

struct NotAdmitted {
  schemas::Answer answer = schemas::Answer::Malformed;
  schemas::SliceFacts claims;  // zero when the bytes were no slice; views into `bytes`
  schemas::SharedBytes bytes;
};

// One per lane: it keeps decisions.
class Admission {
 public:
  [[nodiscard]] Result<Admitted, NotAdmitted> admit(const Snapshot& snapshot,
                                                    std::string_view session_party,
                                                    schemas::SharedBytes bytes, Time now);

 private:
  [[nodiscard]] std::optional<schemas::Outcome> refusal_of(
      const Snapshot& snapshot, const schemas::SliceFacts& slice,
      const schemas::SealedRecord& record, Time now,
      std::shared_ptr<const policy::RecordVerdict>& verdict);

  policy::RecordDecider relay_{policy::Door::Relay};
};

// What the broker signs about the records of a slice that are refused, each with its outcome.
[[nodiscard]] schemas::VoidNotice void_notice(
    const schemas::Slice& slice, const std::vector<std::optional<schemas::Outcome>>& refused,
    Time now);

}  // namespace hub::broker
