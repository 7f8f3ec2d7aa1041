// Decisions of the past, put to two bundles: the lines that `hubctl audit tail --json` writes.
//
// An entry about records names their field groups, both parties, the terms and the time, so it can
// be asked again at the door it was decided at: `disclosure` and a sender's `refusal` at share,
// `relay` and the broker's `refusal` at relay, `collection` and a recipient's `refusal` at accept.
// Looks are not replayed: the log holds no roles of users.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policy/decision_diff.h"

namespace hub::policy {

struct LoggedDecision {
  std::vector<Question> questions;  // one for each field group
  std::uint64_t records = 1;
};

struct ReplayableLog {
  std::vector<LoggedDecision> decisions;
  std::uint64_t lines = 0;
  std::map<std::string, std::uint64_t> left_out;  // why, and how many lines
};

inline constexpr std::size_t kMaxLoggedLineBytes = 1U << 20U;

// Never fails: what cannot be replayed is counted, with the reason.
void read_logged_line(std::string_view line, ReplayableLog& out);

// Each decision counts once for each field group, however many records shared it.
[[nodiscard]] DecisionDiff replay(const OpenedBundle& before, const OpenedBundle& after,
                                  const ReplayableLog& log, const TellProgress& progress = {});

}  // namespace hub::policy
