// What changes when one bundle takes the place of another: every question of the scenarios
// (scenarios.h) and of all casts (cast.h) is put to both rulebooks, and each decision that flips is
// told with the policies that decided it before and after.
//
// Authorities that nothing tells apart are asked about once and counted for all, which is exact.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "policy/cast.h"
#include "policy/opened_bundle.h"
#include "policy/scenarios.h"

namespace hub::policy {

// Why a side answered as it did.
struct SideOfFlip {
  bool allowed = false;
  std::vector<std::string> policies;  // that decided; none for a refusal because nothing permits it
  std::string without;                // then, in a few words: "no permit", "no such agreement", ...

  auto operator<=>(const SideOfFlip&) const = default;
};

// Flips that are the same but for the authorities.
struct FlipGroup {
  Question question;  // without authorities, and without a moment where many are told together
  Viewpoint viewpoint = Viewpoint::None;
  SideOfFlip before;
  SideOfFlip after;
  std::uint64_t count = 0;
  std::vector<Cast> casts;

  [[nodiscard]] bool loosened() const { return after.allowed; }
};

// The casts point into the classes, which moving leaves where they are.
struct DecisionDiff {
  DecisionDiff() = default;
  DecisionDiff(const DecisionDiff&) = delete;
  DecisionDiff& operator=(const DecisionDiff&) = delete;
  DecisionDiff(DecisionDiff&&) = default;
  DecisionDiff& operator=(DecisionDiff&&) = default;
  ~DecisionDiff() = default;

  std::vector<AuthorityClass> classes;
  std::vector<FlipGroup> flips;
  std::uint64_t compared = 0;
  std::uint64_t loosened = 0;
  std::uint64_t tightened = 0;
  std::uint64_t asked = 0;  // of each rulebook
};

using TellProgress = std::function<void(std::uint64_t done, std::uint64_t all)>;

// The classes are those of authority_classes(), or of single_authorities() to ask about each.
[[nodiscard]] DecisionDiff compare_decisions(const OpenedBundle& before, const OpenedBundle& after,
                                             std::vector<AuthorityClass> classes, Time now,
                                             const TellProgress& progress = {});

// Puts one question at a time to both sides, wherever it comes from.
class FlipCollector {
 public:
  // Whether flips at different moments are told apart; if not, those told have no moment.
  enum class Moments : std::uint8_t { Apart, Together };

  // All must outlive the collector.
  FlipCollector(const OpenedBundle& before, const OpenedBundle& after, Moments moments,
                DecisionDiff& out)
      : before_(before), after_(after), moments_(moments), out_(out) {}

  // The question names whom the cast names.
  void ask(const Question& question, const Cast& cast);
  // Loosened ones first, then by who decided.
  void sort();

 private:
  const OpenedBundle& before_;
  const OpenedBundle& after_;
  Moments moments_;
  DecisionDiff& out_;
  std::map<std::string, std::size_t> by_key_;  // place in flips
};

}  // namespace hub::policy
