// What is erased because its time is over: held records, by what their type and their agreement
// say, and details of the audit log, by what the configuration says of each act. Leaves stay. Sent
// records are found by their subjects as long as the details of disclosures are kept.
//
// In small jobs on the maintenance thread, so that nobody waits for it. What a legal hold is on
// stays. The caller sees to it that the clock can be trusted.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/detail_periods.h"
#include "agent/erasure.h"
#include "agent/snapshot.h"
#include "audit/log/log.h"
#include "core/base/clock.h"
#include "core/storage/key_runs.h"
#include "core/storage/store.h"

namespace hub::agent {

class Retention {
 public:
  // All must outlive it.
  struct Parts {
    storage::Store& store;
    audit::Log& log;
    Eraser& eraser;
    const storage::KeyRuns& identifiers;
    SentSubjects& sent;
    const Clock& clock;
  };
  Retention(const Parts& parts, DetailPeriods periods);

  // A bounded step; true while there is more to do at once.
  bool tend(const Snapshot& snapshot);

 private:
  struct Due {
    std::int64_t number = 0;
    std::string record_type;
    std::chrono::days period{};
  };
  struct DueDetails {
    std::vector<std::uint64_t> entries;
    std::uint64_t first = 0;  // the entries looked at: from here
    std::uint64_t next = 0;   // to before here
  };

  bool end_records(const Snapshot& snapshot);
  [[nodiscard]] std::vector<Due> due_records(const Snapshot& snapshot, Time now);
  void erase_records(storage::Connection& store, const Snapshot& snapshot,
                     const std::vector<Due>& due);
  bool end_details();
  bool end_details_of(const std::string& act, std::chrono::days period);
  [[nodiscard]] DueDetails due_details(storage::Connection& store, std::string_view act,
                                       Time before) const;
  void erase_details(storage::Connection& store, const std::string& act, std::chrono::days period,
                     DueDetails due);

  // What no hold lets go.
  [[nodiscard]] RecordSet under_hold(storage::Connection& store) const;
  bool end_sent_subjects();

  storage::Store& store_;
  audit::Log& log_;
  Eraser& eraser_;
  const storage::KeyRuns& identifiers_;
  SentSubjects& sent_;
  const Clock& clock_;
  const DetailPeriods periods_;
  // Of the pass over the held records.
  std::int64_t passed_ = 0;
  std::optional<SteadyTime> next_pass_;
};

}  // namespace hub::agent
