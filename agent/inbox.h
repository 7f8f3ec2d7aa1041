// What this authority receives: slices are verified, opened, checked and decided upon, and stored
// with their audit entries and receipts in one transaction.
//
// open() does the work that needs no store, on a lane; take() does the rest on the writer thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "agent/held_terms.h"
#include "agent/identifiers.h"
#include "agent/own_epochs.h"
#include "agent/snapshot.h"
#include "audit/log/log.h"
#include "core/base/clock.h"
#include "core/crypto/hpke.h"
#include "core/storage/connection.h"
#include "core/storage/key_runs.h"
#include "policy/record_decider.h"
#include "schemas/receipts.h"
#include "schemas/slice.h"

namespace hub::agent {

// A slice with the fate of each of its records, as far as it can be told without the store.
struct OpenedSlice {
  struct Record {
    schemas::Outcome outcome = schemas::Outcome::CannotOpen;
    Buffer body;                                           // when Held
    std::vector<Identifier> identifiers;                   // when Held
    bool is_protected = false;                             // when Held
    std::shared_ptr<const policy::RecordVerdict> verdict;  // when policy was asked
  };
  schemas::Slice slice;
  std::vector<Record> records;
  std::shared_ptr<const Snapshot> snapshot;
};

// Opens slices; keeps key schedules and decisions. One per lane.
class Opener {
 public:
  // Both must outlive the opener.
  Opener(std::string authority, const OwnEpochs& epochs)
      : authority_(std::move(authority)), epochs_(epochs) {}

  // A WireError condemns the slice as a whole: it is not what its sender signed.
  [[nodiscard]] Result<OpenedSlice, schemas::WireError> open(
      const std::shared_ptr<const Snapshot>& snapshot, schemas::SharedBytes bytes, Time now);

 private:
  using ContextKey = std::pair<schemas::EpochId, crypto::Encapsulated>;

  [[nodiscard]] OpenedSlice::Record open_record(const Snapshot& snapshot,
                                                const schemas::SealedRecord& record, Time now);
  [[nodiscard]] Result<OpenedSlice, schemas::WireError> with_voids(
      OpenedSlice opened, const schemas::VoidNotice& notice, Time now);
  [[nodiscard]] const crypto::HpkeRecipient* context_for(std::string_view sender,
                                                         const schemas::Slot& slot);

  std::string authority_;
  const OwnEpochs& epochs_;
  policy::RecordDecider accept_{policy::Door::Accept};
  // By sender, and only after its signature was checked.
  std::map<std::string, std::map<ContextKey, crypto::HpkeRecipient>, std::less<>> contexts_;
  std::uint64_t destroyed_ = 0;  // epoch keys that were gone when contexts_ was last swept
};

class Inbox {
 public:
  // All must outlive the inbox.
  Inbox(std::string authority, const crypto::EnvelopeKey& key, audit::Log& log,
        storage::KeyRuns& identifiers);

  struct Taken {
    Buffer receipts;                        // to send to the broker; empty: none
    std::optional<std::uint64_t> expected;  // the position that has to come first
    std::size_t stored = 0;
  };
  [[nodiscard]] Taken take(storage::Connection& store, const OpenedSlice& opened, Time now);

  // A slice that is not what its sender signed, delivered by the authenticated broker.
  void record_refusal(storage::Connection& store, std::string_view reason);

 private:
  struct Stream {
    std::uint64_t next_position = 0;
    crypto::Digest last_leaf{};
  };

  [[nodiscard]] static Stream stream_of(storage::Connection& store,
                                        const schemas::SliceFacts& facts);
  [[nodiscard]] static std::optional<Buffer> receipts_given(storage::Connection& store,
                                                            const schemas::Slice& slice);
  // What the records of a slice that are kept have in common.
  struct Keeping {
    TermNumbers terms;
    std::vector<storage::RunEntry> identifiers;
  };
  [[nodiscard]] static schemas::Outcome keep(storage::Connection& store, const OpenedSlice& opened,
                                             std::size_t place, Time now, Keeping& keeping);
  [[nodiscard]] Buffer sign(const OpenedSlice& opened, std::vector<schemas::Outcome> outcomes,
                            Time now) const;
  void record(storage::Connection& store, const OpenedSlice& opened,
              const std::vector<schemas::Outcome>& outcomes);

  std::string authority_;
  const crypto::EnvelopeKey& key_;
  audit::Log& log_;
  storage::KeyRuns& identifiers_;
};

}  // namespace hub::agent
