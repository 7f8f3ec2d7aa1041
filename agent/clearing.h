// Clearing: may this record leave, on which terms, and which of its field groups go with it.
//
// Asks the share policy group by group. A group without a permit is withheld; when the main group
// has none, the record is refused. One per thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/config.h"
#include "agent/snapshot.h"
#include "agent/source.h"
#include "agent/terms.h"
#include "core/base/clock.h"
#include "core/base/uuid.h"
#include "policy/record_decider.h"
#include "schemas/record.h"

namespace hub::agent {

// The record stays. Its terms are what was asked for.
struct Refused {
  Uuid id;
  std::shared_ptr<const Terms> terms;
  std::shared_ptr<const policy::RecordVerdict> verdict;
};

class Clearing {
 public:
  // The clock must outlive it.
  Clearing(std::string authority, std::map<std::string, SendDefaults> defaults, const Clock& clock);

  // A RowProblem when the row's sharing columns cannot be understood or no agreement offers itself.
  using Answer = std::variant<ClearedRecord, Refused, RowProblem>;
  [[nodiscard]] Answer clear(const Snapshot& snapshot, const schemas::RecordDraft& draft,
                             const SharingTexts& sharing);

  // The same terms under what is in force now: the field groups that may (still) go; nothing when
  // the record may no longer be shared.
  [[nodiscard]] std::shared_ptr<const Terms> still_allowed(const Snapshot& snapshot,
                                                           const Terms& terms);

 private:
  [[nodiscard]] std::optional<RowProblem> fill_terms(const Snapshot& snapshot,
                                                     const schemas::RecordDraft& draft,
                                                     const SharingTexts& sharing, Terms& out) const;
  [[nodiscard]] const policy::Agreement* only_agreement(const Snapshot& snapshot,
                                                        const std::string& record_type,
                                                        std::size_t& candidates) const;
  [[nodiscard]] std::shared_ptr<const policy::RecordVerdict> ask(
      const Snapshot& snapshot, const Terms& terms, const std::vector<std::string>& groups);
  [[nodiscard]] std::shared_ptr<const Terms> shared(Terms terms);

  std::string authority_;
  std::map<std::string, SendDefaults> defaults_;
  const Clock& clock_;
  UuidSource ids_;
  policy::RecordDecider share_{policy::Door::Share};
  std::vector<std::shared_ptr<const Terms>> recent_;  // so that like records share one object
};

}  // namespace hub::agent
