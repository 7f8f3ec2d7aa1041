// What the logs prove about one exchange, and what they leave open. Inside the folder.
//
// Steps are looked at in the order in which they happen; only the first that is missing is a
// finding, since those after it follow from it.
#pragma once

#include <initializer_list>
#include <string>

#include "audit/reconcile/exchange.h"

namespace hub::audit {

// Why steps that no log shows are no findings.
struct Gap {
  bool too_new = false;
  bool too_old = false;
  bool not_given = false;
};

class Judge {
 public:
  Judge(const Logbook& book, std::chrono::milliseconds late, const Exchange& exchange,
        const TakeFinding& take)
      : book_(book), late_(late), exchange_(exchange), take_(take) {}

  [[nodiscard]] Gap judge();

 private:
  // Whether the party's log would show by now what follows from `since`; notes why not.
  [[nodiscard]] bool must_know(std::string_view party, const Seen& since);

  // Each returns false when it has found what is missing.
  [[nodiscard]] bool look_for_sending();
  [[nodiscard]] bool look_for_relay();
  [[nodiscard]] bool look_for_arrival();
  [[nodiscard]] bool look_for_receipt();
  void look_for_settlement();
  void look_for_confirmation();

  void compare_times();
  void compare_terms();
  // What the other entry says otherwise, in words; empty when nothing.
  [[nodiscard]] std::string disagreement(const Seen& base, const Seen& other) const;
  void compare_outcomes();
  [[nodiscard]] bool says_held(Step step) const;
  // An entry of this step whose outcome no entry of those has.
  [[nodiscard]] const Seen* unmatched(Step step, std::initializer_list<Step> by) const;

  [[nodiscard]] std::string place(const Seen& seen) const;
  [[nodiscard]] std::string reopened_since(const Seen& sent) const;
  void find(FindingKind kind, const Seen& shown, std::string_view answers, std::string text);

  const Logbook& book_;
  std::chrono::milliseconds late_;
  const Exchange& exchange_;
  const TakeFinding& take_;
  Gap gap_;
};

}  // namespace hub::audit
