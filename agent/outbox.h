// What this authority sends, in its store: records that wait for a key, sealed slices with the keys
// to seal them again, and what became of each record.
//
// A slice's content is kept until every record of it is receipted; what it said of each record
// stays. All methods but the constructor run on the writer thread, in the caller's transaction.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/peer_epochs.h"
#include "agent/sealer.h"
#include "agent/sent_subjects.h"
#include "agent/terms.h"
#include "audit/log/log.h"
#include "core/base/clock.h"
#include "core/storage/connection.h"
#include "schemas/receipts.h"

namespace hub::agent {

// A sealed slice on its way to the broker.
struct SliceRef {
  std::int64_t id = 0;
  schemas::Priority priority = schemas::Priority::Bulk;
  Uuid stream;
  std::uint64_t first_position = 0;
  schemas::SharedBytes bytes;  // absent: to be read from the store
};

// What an act is recorded under: the numbers of register and bundle in force.
struct InForce {
  std::string hub;
  std::uint64_t register_number = 0;
  std::uint64_t bundle_number = 0;
};

class Outbox {
 public:
  // All must outlive the outbox.
  Outbox(std::string authority, const crypto::EnvelopeKey& key, const PeerEpochs& peers,
         audit::Log& log, SentSubjects& subjects, UuidSource& ids);

  // Seals what has a key, in order; keeps the rest unsealed, and all under the identifiers by which
  // they are found. A record behind one that waits for
  // the same recipient and priority waits too.
  [[nodiscard]] std::vector<SliceRef> send(storage::Connection& store,
                                           const std::vector<ClearedRecord>& records,
                                           const InForce& in_force, Time now);
  // The terms of records that wait, with how many; so that policy is asked again before sealing.
  // A week may have passed.
  using StillAllowed = std::function<std::shared_ptr<const Terms>(const Terms&)>;
  // Seals waiting records for which there is a key now, at most `most`. A record whose terms are no
  // longer allowed is refused and recorded.
  [[nodiscard]] std::vector<SliceRef> seal_waiting(storage::Connection& store,
                                                   const InForce& in_force,
                                                   const StillAllowed& allowed, Time now,
                                                   std::size_t most);

  // Slices that are not settled and were not accepted by this incarnation of the broker, oldest
  // first.
  [[nodiscard]] static std::vector<SliceRef> unsubmitted(storage::Connection& store,
                                                         Time incarnation);
  // Unsettled slices of this stream from this position on.
  [[nodiscard]] static std::vector<SliceRef> unsettled_from(storage::Connection& store,
                                                            const Uuid& stream,
                                                            std::uint64_t position);
  [[nodiscard]] static std::optional<Buffer> content(storage::Connection& store, std::int64_t id);
  static void accepted(storage::Connection& store, std::int64_t id, Time incarnation);

  // Takes in a recipient's receipts; the slice they settle. Nothing when they are not about a slice
  // of ours: then nothing has changed but the refusal that was recorded.
  [[nodiscard]] std::optional<std::int64_t> settle(storage::Connection& store,
                                                   const schemas::Receipts& receipts);
  // A receipt that its recipient did not sign, passed on by the authenticated broker.
  void record_forged_receipt(storage::Connection& store);
  // Takes in the broker's notice; the confirmation to send back, nothing when it is not ours.
  [[nodiscard]] std::optional<crypto::Signature> take_void(storage::Connection& store,
                                                           const schemas::VoidNotice& notice,
                                                           Bytes signed_notice);

  // Gives the stream up: what is unsettled in it waits to be sealed into a new one. Returns how
  // many records that are.
  [[nodiscard]] std::size_t reopen_stream(storage::Connection& store, const Uuid& stream);

  // After a rollback what was cached of the store may be wrong.
  void forget_cache() { streams_.clear(); }

 private:
  using StreamKey = std::pair<std::string, schemas::Priority>;
  struct Due {
    std::vector<ClearedRecord> records;
    std::vector<ClearedRecord> refused;  // too late, or not allowed any more
  };
  struct Row;

  [[nodiscard]] StreamEnd& stream_to(storage::Connection& store, const std::string& recipient,
                                     schemas::Priority priority);
  void keep_streams(storage::Connection& store, const std::vector<SealedSlice>& slices);
  [[nodiscard]] Due take_waiting(storage::Connection& store, const StillAllowed& allowed, Time now,
                                 std::size_t most) const;
  [[nodiscard]] std::vector<SliceRef> seal(storage::Connection& store,
                                           std::vector<Sealer::Item> items, const InForce& in_force,
                                           Time now);
  void record_disclosures(storage::Connection& store, const std::vector<Sealer::Item>& items,
                          const std::vector<SealedSlice>& slices, const InForce& in_force);
  static void keep_waiting(storage::Connection& store, const ClearedRecord& record);
  static void seal_again(storage::Connection& store, const Row& row, std::size_t place);
  [[nodiscard]] static std::optional<Row> row_at(storage::Connection& store, const Uuid& stream,
                                                 std::uint64_t first_position);
  static void keep_outcomes(storage::Connection& store, const Row& row);

  std::string authority_;
  const crypto::EnvelopeKey& key_;
  const PeerEpochs& peers_;
  audit::Log& log_;
  SentSubjects& subjects_;
  UuidSource& ids_;
  Sealer sealer_;
  std::map<StreamKey, StreamEnd> streams_;
};

// An audit entry with everything that the terms say, and nothing decided yet.
[[nodiscard]] audit::Entry entry_for(const Terms& terms, const std::string& sender,
                                     const InForce& in_force);

// Adds to one of the counters that status shows: (what, party, detail).
void count(storage::Connection& store, std::string_view what, std::string_view party,
           std::string_view detail, std::uint64_t by);

}  // namespace hub::agent
