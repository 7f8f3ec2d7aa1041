// What auditors made of alerts. A verdict is an entry of the log like any other act, so that it
// cannot be unmade unseen; no table is kept beside it.
//
//   act "review", note = the alert's id, justification = why:
//   alert-justified, alert-inappropriate, alert-needs-evidence   a reviewer's verdict
//   alert-confirmed                                              a second reviewer agrees: closed
//   alert-reopened                                               open again
//
// Nobody confirms a verdict of his own, and a verdict that needs evidence is none to confirm. What
// the log holds against these rules counts for nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "audit/alerts/activity.h"
#include "core/base/result.h"

namespace hub::alerts {

enum class Verdict : std::uint8_t { Justified, Inappropriate, NeedsEvidence };
[[nodiscard]] std::string_view word(Verdict verdict);  // "justified", "needs-evidence"
[[nodiscard]] std::optional<Verdict> verdict_of(std::string_view word);

inline constexpr std::string_view kReview = "review";
[[nodiscard]] std::string outcome_of(Verdict verdict);  // "alert-justified"
inline constexpr std::string_view kConfirmed = "alert-confirmed";
inline constexpr std::string_view kReopened = "alert-reopened";

// Of one alert. Open as long as there is no verdict, confirmed when there is a second reviewer.
struct Disposition {
  std::optional<Verdict> verdict;
  std::string reviewer, because;
  Time disposed;
  std::string confirmed_by;  // empty until then
  Time confirmed;

  [[nodiscard]] bool is_open() const { return !verdict; }
  [[nodiscard]] bool is_confirmed() const { return !confirmed_by.empty(); }
};
[[nodiscard]] std::string_view state_of(const Disposition& disposition);

enum class ReviewFault : std::uint8_t {
  AboutOneself,   // the reviewer is one of those the alert is about
  Confirmed,      // closed: reopen it first
  NoVerdict,      // nothing to confirm or to reopen
  OwnVerdict,     // the second reviewer has to be somebody else
  NeedsEvidence,  // no verdict to confirm yet
};
[[nodiscard]] std::string_view describe(ReviewFault fault);

// Whether this reviewer may do so now. `concerned`: the people that the alert is about.
[[nodiscard]] Result<void, ReviewFault> may_dispose(const Disposition& now,
                                                    const std::string& reviewer,
                                                    std::span<const std::string> concerned);
[[nodiscard]] Result<void, ReviewFault> may_confirm(const Disposition& now,
                                                    const std::string& reviewer,
                                                    std::span<const std::string> concerned);
[[nodiscard]] Result<void, ReviewFault> may_reopen(const Disposition& now,
                                                   const std::string& reviewer,
                                                   std::span<const std::string> concerned);

// The states that the entries of a log lead to, by alert id.
class Dispositions {
 public:
  // In the order of the log; other acts are passed over.
  void take(const Activity& activity);
  // Open, where nothing was said of it. A verdict of somebody whom the alert is about is void.
  [[nodiscard]] Disposition of(const std::string& alert,
                               std::span<const std::string> concerned) const;

 private:
  std::map<std::string, Disposition> states_;
};

[[nodiscard]] Dispositions dispositions_of(std::span<const Activity> activities);

}  // namespace hub::alerts
