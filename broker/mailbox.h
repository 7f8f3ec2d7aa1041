// The mailboxes in the broker's store: slices on their way to recipients, receipts on their way to
// senders. Every method works in the transaction that its caller has open.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/admission.h"
#include "broker/tables.h"
#include "core/base/clock.h"
#include "core/storage/connection.h"
#include "schemas/receipts.h"
#include "schemas/slice.h"

namespace hub::broker {

using SliceId = std::int64_t;

// Where a submitted slice stands against what its stream already holds.
enum class Place : std::uint8_t {
  Free,         // positions that this store has not seen; the recipient judges gaps
  Same,         // admitted before: the answer is given again, nothing is kept twice
  Reused,       // another slice took one of these positions
  OtherStream,  // the stream belongs to another recipient or priority
};

struct WaitingSlice {
  SliceId id = 0;
  std::string sender;
  std::string recipient;
  schemas::Priority priority = schemas::Priority::Bulk;
  Uuid stream;
  std::uint64_t first_position = 0;
};

struct Settled {
  SliceId slice = 0;          // 0: this store has lost it
  std::uint64_t receipt = 0;  // its number; 0: settled before, nothing new is kept
  bool operator==(const Settled&) const = default;
};

struct StoredReceipt {
  std::uint64_t number = 0;
  Buffer bytes;
};

class Mailbox {
 public:
  // The broker's birth in this store, made at the first start.
  [[nodiscard]] static Time incarnation(storage::Connection& store, Time now);

  [[nodiscard]] static Place place_of(storage::Connection& store, const schemas::Slice& slice);
  // `notice`: the signed void notice where records were refused, empty otherwise.
  static SliceId put(storage::Connection& store, const Admitted& admitted, Bytes notice, Time now,
                     SliceState& state);

  // In order of admission. Only those that may be delivered.
  [[nodiscard]] static std::vector<WaitingSlice> waiting(storage::Connection& store);
  // Nothing when it has been settled meanwhile.
  [[nodiscard]] static std::optional<Buffer> content(storage::Connection& store, SliceId id);

  // Keeps the receipts for the sender and drops the slice's content. Nothing when these receipts
  // are not of the slice at this place.
  [[nodiscard]] static std::optional<Settled> settle(storage::Connection& store,
                                                     const schemas::Receipts& receipts,
                                                     Bytes signed_bytes);
  [[nodiscard]] static std::vector<StoredReceipt> receipts_for(storage::Connection& store,
                                                               std::string_view sender,
                                                               std::uint64_t after, int most);
  static void receipt_taken(storage::Connection& store, std::string_view sender,
                            std::uint64_t number);

  // Notices that this sender has not confirmed yet.
  [[nodiscard]] static std::vector<Buffer> notices_for(storage::Connection& store,
                                                       std::string_view sender);
  // The slice that waits for this notice to be confirmed; nothing when none does (any more).
  [[nodiscard]] static std::optional<Buffer> held_content(storage::Connection& store,
                                                          std::string_view sender, Bytes notice);
  // Puts `reduced`, the slice with its voids, in place of the one held. The slices that may be
  // delivered now; none when it was confirmed before.
  [[nodiscard]] static std::vector<WaitingSlice> confirm_void(storage::Connection& store,
                                                              std::string_view sender, Bytes notice,
                                                              Bytes reduced, Time expires);

  // Waiting slices for these recipients of which a record has expired by `now`.
  [[nodiscard]] static std::vector<SliceId> expired(storage::Connection& store,
                                                    std::string_view recipient, Time now, int most);
  // Marks the slice and those behind it in its stream, keeps the notice; returns the ids concerned,
  // none when the slice no longer waits.
  [[nodiscard]] static std::vector<SliceId> hold_for_confirmation(storage::Connection& store,
                                                                  SliceId id, Bytes notice);

  // Drops what waits in a stream that its sender gave up.
  [[nodiscard]] static std::vector<WaitingSlice> abandon(storage::Connection& store,
                                                         std::string_view sender,
                                                         const Uuid& stream);

  // Forgets what was settled before `before`: nobody submits it again.
  static void purge_settled(storage::Connection& store, Time before, int most);

  static void count(storage::Connection& store, std::string_view party, std::string_view what,
                    std::string_view detail, std::uint64_t by);
};

}  // namespace hub::broker
