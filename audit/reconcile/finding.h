// What does not fit when the logs of a hub are held against each other, in words for an auditor.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "audit/reconcile/logbook.h"

namespace hub::audit {

enum class FindingKind : std::uint8_t {
  NeverSent,       // others had it, its sender's log does not name it
  NeverRelayed,    // sent, and not in the broker's log
  NeverTakenIn,    // relayed or sent, and not in its recipient's log
  NeverPassedOn,   // its recipient has answered, the broker's log has no receipt
  NeverSettled,    // its recipient has answered, its sender's log has no receipt
  NeverConfirmed,  // the broker refused it, its sender's log does not say so
  Late,
  Mismatched,  // two logs say different things of it
  Unreadable,  // entries of a log that are none
};
[[nodiscard]] std::string_view word(FindingKind kind);

struct Finding {
  FindingKind kind = FindingKind::NeverSent;
  std::optional<crypto::Digest> envelope;  // none for Unreadable
  // The entry that shows it: the last one before what is missing, the second of two that disagree.
  std::string origin;
  std::uint64_t index = 0;
  std::optional<Time> time;
  std::string answers;  // the party that the logs show to be wrong; empty where they cannot tell
  std::string text;
};

struct Summary {
  std::uint64_t logs = 0;
  std::uint64_t envelopes = 0;
  // Each envelope is one of these:
  std::uint64_t complete = 0;   // all steps are there
  std::uint64_t too_new = 0;    // a log ends before the next step would show in it
  std::uint64_t too_old = 0;    // a log begins after the step
  std::uint64_t not_given = 0;  // the log of its sender, its recipient or the broker is not there
  std::uint64_t with_findings = 0;

  std::uint64_t findings = 0;

  bool operator==(const Summary&) const = default;
};

using TakeFinding = std::function<void(const Finding&)>;

// Judges every envelope of an arranged logbook, in the order of leaf hashes. A step that is longer
// than `late` after the one before is late; missing it is when the log that should hold it goes on
// for at least that long. `late` is not negative.
[[nodiscard]] Summary reconcile(const Logbook& book, std::chrono::milliseconds late,
                                const TakeFinding& take);
// One of them alone.
[[nodiscard]] Summary reconcile(const Logbook& book, std::chrono::milliseconds late,
                                const crypto::Digest& envelope, const TakeFinding& take);

}  // namespace hub::audit
