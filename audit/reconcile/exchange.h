// One envelope on its way: who sent it to whom, and which entry of which log shows each step.
// Inside the folder.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/reconcile/finding.h"

namespace hub::audit {

class Exchange {
 public:
  // `seen` is not empty and in the order of time.
  Exchange(const Logbook& book, const crypto::Digest& envelope, std::span<const Seen* const> seen);

  // The first entry that shows this step in the log where it belongs; nullptr when there is none.
  [[nodiscard]] const Seen* at(Step step) const { return first_[static_cast<std::size_t>(step)]; }
  // The recipient's first word on it, for preference that it was taken in.
  [[nodiscard]] const Seen* arrived() const;
  // The sender's: a receipt, or that the broker will not deliver it.
  [[nodiscard]] const Seen* settled() const;

  [[nodiscard]] const crypto::Digest& envelope() const { return envelope_; }
  [[nodiscard]] const std::string& sender() const { return sender_; }
  [[nodiscard]] const std::string& recipient() const { return recipient_; }
  [[nodiscard]] std::span<const Seen* const> seen() const { return seen_; }
  // A step that a log shows which is neither its sender's nor its recipient's.
  [[nodiscard]] bool is_strange(const Seen& seen) const;

 private:
  const Logbook& book_;
  crypto::Digest envelope_;
  std::span<const Seen* const> seen_;
  std::string sender_, recipient_;
  std::array<const Seen*, kSteps> first_{};
};

}  // namespace hub::audit
