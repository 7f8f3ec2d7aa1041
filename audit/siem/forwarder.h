// Carries a log's entries to one target, in their order, each at least once.
//
// The log itself is the spool: nothing else is kept but a number in a small file, up to which all
// entries have arrived. The log's writer never waits for it. A target that is away gets what it
// missed when it is back; if that is more than `max_behind` entries, the older ones are passed over
// and an event announces the gap.
//
// Where a target gives no receipts, what was sent last is sent again after the connection is lost
// (sent_tail.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <vector>

#include "audit/log/log.h"
#include "audit/siem/sent_tail.h"
#include "audit/siem/target.h"
#include "core/base/clock.h"
#include "core/storage/store.h"

namespace hub::audit {

class Forwarder {
 public:
  struct Parts {
    const storage::Store& store;
    const Log& log;  // in that store
    const Clock& clock;
    LogSource source;
    SiemTarget& target;
    std::filesystem::path cursor;  // its file
    std::uint64_t max_behind = 0;  // entries; at least 1
  };
  // Everything must outlive it. What the file of the cursor holds decides where it begins: without
  // one, at entry 0. Throws EnvError when that cannot be read.
  explicit Forwarder(Parts parts);

  // Sends a lot of entries, if there are any. How long to wait before the next call. Of one thread.
  [[nodiscard]] std::chrono::milliseconds step();
  // Keeps the cursor; a disk that does not take it is logged, and entries are then sent twice.
  void save() noexcept;

  // Thread-safe: the next step begins at this entry, where it is further. The log was put back to
  // an older state and restored, and other entries stand there now than have been sent.
  void read_again_from(std::uint64_t entry);

  struct Standing {
    std::string_view target;
    std::uint64_t sent = 0;            // entries before this number have been sent or passed over
    std::uint64_t behind = 0;          // entries of the log from there on
    std::uint64_t skipped = 0;         // entries in gaps, since the start
    std::optional<TargetFault> fault;  // why it does not go on now
    std::optional<Time> since;         // the fault
  };
  [[nodiscard]] Standing standing() const;  // thread-safe

 private:
  struct Lot {
    std::vector<SiemEvent> events;
    std::uint64_t next = 0;
    std::optional<EntryRange> gap;
    GapReason reason = GapReason::TooFarBehind;
  };

  [[nodiscard]] Lot next_lot();
  void read_entries(Lot& lot, std::uint64_t end) const;
  void sent(const Lot& lot);
  void begin_again();
  void go_back();
  [[nodiscard]] std::chrono::milliseconds failed(TargetFault fault);
  void works();
  void save_sometimes();

  Parts parts_;
  std::uint64_t next_ = 0;
  SentTail tail_;  // empty for a target that keeps what it takes
  std::uint64_t saved_ = 0;
  SteadyTime saved_at_;
  unsigned failures_ = 0;  // in a row
  SteadyTime ready_since_;

  mutable std::mutex mutex_;
  std::optional<std::uint64_t> again_from_;
  Standing standing_;
};

}  // namespace hub::audit
