#include "audit/reconcile/finding.h"

#include "audit/reconcile/exchange.h"
#include "audit/reconcile/judge.h"

namespace hub::audit {

std::string_view word(FindingKind kind) {
  switch (kind) {
    case FindingKind::NeverSent: return "never-sent";
    case FindingKind::NeverRelayed: return "never-relayed";
    case FindingKind::NeverTakenIn: return "never-taken-in";
    case FindingKind::NeverPassedOn: return "never-passed-on";
    case FindingKind::NeverSettled: return "never-settled";
    case FindingKind::NeverConfirmed: return "never-confirmed";
    case FindingKind::Late: return "late";
    case FindingKind::Mismatched: return "mismatched";
    case FindingKind::Unreadable: return "unreadable";
  }
  return "unknown";
}

namespace {

class Reconciling {
 public:
  Reconciling(const Logbook& book, std::chrono::milliseconds late, const TakeFinding& take)
      : book_(book), late_(late), take_([this, &take](const Finding& finding) {
          ++summary_.findings;
          take(finding);
        }) {
    summary_.logs = book.logs().size();
  }
  Reconciling(const Reconciling&) = delete;
  Reconciling& operator=(const Reconciling&) = delete;
  Reconciling(Reconciling&&) = delete;
  Reconciling& operator=(Reconciling&&) = delete;
  ~Reconciling() = default;

  void logs() {
    for (const auto& log : book_.logs()) {
      if (log.unreadable == 0) continue;
      take_({FindingKind::Unreadable, std::nullopt, log.origin, log.first_unreadable, std::nullopt,
             log.party,
             std::to_string(log.unreadable) +
                 " entries of this log are not entries of it in their one valid form, the first "
                 "is " +
                 std::to_string(log.first_unreadable) +
                 "; what they say is passed over. Whoever signed the log answers for them."});
    }
  }

  void envelope(const crypto::Digest& envelope, std::span<const Seen* const> seen) {
    ++summary_.envelopes;
    const Exchange exchange(book_, envelope, seen);
    const auto before = summary_.findings;
    const auto gap = Judge(book_, late_, exchange, take_).judge();
    if (summary_.findings > before) {
      ++summary_.with_findings;
    } else if (gap.too_new) {
      ++summary_.too_new;
    } else if (gap.too_old) {
      ++summary_.too_old;
    } else if (gap.not_given) {
      ++summary_.not_given;
    } else {
      ++summary_.complete;
    }
  }

  [[nodiscard]] const Summary& summary() const { return summary_; }

 private:
  const Logbook& book_;
  std::chrono::milliseconds late_;
  Summary summary_;
  TakeFinding take_;
};

}  // namespace

Summary reconcile(const Logbook& book, std::chrono::milliseconds late, const TakeFinding& take) {
  Reconciling all(book, late, take);
  all.logs();
  book.each_envelope([&](const crypto::Digest& envelope, std::span<const Seen* const> seen) {
    all.envelope(envelope, seen);
  });
  return all.summary();
}

Summary reconcile(const Logbook& book, std::chrono::milliseconds late,
                  const crypto::Digest& envelope, const TakeFinding& take) {
  Reconciling one(book, late, take);
  const auto seen = book.about(envelope);
  if (!seen.empty()) one.envelope(envelope, seen);
  return one.summary();
}

}  // namespace hub::audit
