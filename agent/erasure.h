// Erasing records: from the store, from the indexes they are found by, and from the details of the
// audit log, in one transaction with the entry that says so.
//
// What stays: the leaves of the log, which hold no personal data; a hash over sender and id, so
// that a record that is sent again is not taken in again. The bytes are gone from the store's
// files once Store::empty_log() has said so. Whether somebody may erase is not decided here.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "agent/held_versions.h"
#include "agent/sent_subjects.h"
#include "audit/log/log.h"
#include "core/storage/key_runs.h"
#include "schemas/catalogue.h"

namespace hub::agent {

// Records that one erasure takes at most, so that its entry fits a leaf.
inline constexpr std::size_t kMostErased = 256;

// What an erasure's entry has as its outcome.
inline constexpr std::string_view kErased = "erased";                   // by two officers
inline constexpr std::string_view kRetentionEnded = "retention-ended";  // by time

// The authority to which one of these records is on its way: sealed, and without receipt. What is
// sealed cannot be changed any more, so it has to arrive or expire first.
[[nodiscard]] std::optional<std::string> on_its_way_to(storage::Connection& store,
                                                       const std::set<Uuid>& ids);
// How many of these records wait here for their recipient's key.
[[nodiscard]] std::size_t waiting_for_key(storage::Connection& store, const std::set<Uuid>& ids);

class Eraser {
 public:
  // All must outlive it.
  Eraser(audit::Log& log, storage::KeyRuns& identifiers, SentSubjects& sent)
      : log_(log), identifiers_(identifiers), sent_(sent) {}

  struct Erased {
    std::uint64_t records = 0;  // that were held, or waited for a key
    std::uint64_t items = 0;    // of the audit log's details
    std::uint64_t entry = 0;    // number of the first entry that says so
  };
  // Inside a job. At most kMostErased numbers and ids. The entry says act, outcome, reason and
  // roles; count and envelopes are filled in. Records erased with the outcome kErased are not taken
  // in again.
  Erased erase(storage::Connection& store, const schemas::Catalogue& catalogue,
               const RecordSet& records, audit::Entry entry, const audit::Detail& detail);

  // Inside a job. Does again what these entries of the log say was erased, for a store that was put
  // back to a state before them; what is gone already stays so, and nothing is appended. The ids of
  // the records, as far as the store knew them.
  std::set<Uuid> replay(storage::Connection& store, const schemas::Catalogue& catalogue,
                        std::span<const audit::Entry> erasures);

 private:
  // What of the records was there.
  struct Removed {
    std::uint64_t records = 0;
    std::vector<crypto::Digest> envelopes;
  };
  Removed remove(storage::Connection& store, const schemas::Catalogue& catalogue,
                 const RecordSet& records, bool remembered);
  void remove_held(storage::Connection& store, const schemas::Catalogue& catalogue,
                   std::int64_t number, bool remembered, Removed& out);
  void forget_identifiers(storage::Connection& store, const schemas::RecordType* type,
                          std::uint32_t version, Bytes header, Bytes body, std::int64_t number);

  audit::Log& log_;
  storage::KeyRuns& identifiers_;
  SentSubjects& sent_;
};

// As Eraser::replay(), of the erasures among the entries `first` to `last` of the log.
void replay_erasures(storage::Connection& store, const schemas::Catalogue& catalogue,
                     Eraser& eraser, std::uint64_t first, std::uint64_t last);

}  // namespace hub::agent
