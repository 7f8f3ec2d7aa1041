// What a target without receipts was sent last, and may not have got.
//
// An entry counts as arrived once connections have lasted ten minutes in all after it was sent, or
// 16 MiB have been sent after it: more than the socket buffers of two machines hold. Until then it
// is sent again whenever the connection is lost.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "core/base/clock.h"

namespace hub::audit {

class SentTail {
 public:
  // Entries `from` up to and without `next` went out, in so many bytes. While entries are sent
  // again, not beyond cut(next).
  void sent(std::uint64_t from, std::uint64_t next, std::size_t bytes, SteadyTime now);
  // The connection has ended. Idempotent.
  void lost(SteadyTime now);
  void forget_arrived(SteadyTime now);

  // The first entry that may not have arrived; nothing when all have.
  [[nodiscard]] std::optional<std::uint64_t> first() const;
  // `next`, or where the entries end that are being sent again, so that what is sent for the first
  // time does not count with them.
  [[nodiscard]] std::uint64_t cut(std::uint64_t next) const;

 private:
  struct Sent {
    std::uint64_t from;
    std::uint64_t next;
    std::size_t bytes;
    SteadyTime at;
    std::chrono::nanoseconds lasted{0};  // of connections before this one
  };

  std::deque<Sent> under_way_;  // on this connection
  std::deque<Sent> again_;      // lost with one before, to be sent again
  std::size_t bytes_ = 0;       // under way
};

}  // namespace hub::audit
