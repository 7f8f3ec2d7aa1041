// What a rule found, and the ledger that all rules write their findings into.
//
// A finding is one episode, not one look: a rule adds to the finding that it keeps under a key
// (person and day, as a rule) for as long as the episode goes on. The same log gives the same
// findings with the same ids.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/alerts/activity.h"
#include "core/base/clock.h"

namespace hub::alerts {

// Numbered as in docs/auditor.md, "Alerts". The numbers that are missing are of rules about things
// that the hub does not have.
enum class Rule : std::uint8_t {
  RelatedSubject = 3,
  ProtectedSubject = 4,
  Volume = 5,
  Sequence = 6,
  OutOfHours = 7,
  AfterTheEnd = 8,
  LargeExport = 10,
  Refusals = 11,
  DormantAccount = 12,
  TwoPlaces = 13,
  LogTrouble = 16,
  NeverAcknowledged = 17,
  ManyEyes = 18,
};
[[nodiscard]] std::string number_of(Rule rule);      // R3
[[nodiscard]] std::string_view describe(Rule rule);  // "a relation of the staff"

// What a finding keeps of an entry.
struct Mark {
  std::uint64_t index = 0;
  Time time;
  std::string actor;
  std::optional<crypto::Digest> commitment;
};
[[nodiscard]] Mark mark_of(const Activity& activity);

inline constexpr std::size_t kMostMarks = 16;  // of a finding: entries, and people

// Holds names of people: for the auditor's eyes, never for a log line or a metric.
struct Finding {
  Rule rule = Rule::RelatedSubject;
  // SHA-256 over the rule, the first entry's number and its detail's commitment, and how many
  // findings of the rule began with that entry before; 8 bytes, hexadecimal. No name goes into it,
  // so that nobody can try names on it.
  std::string id;
  unsigned score = 0;
  Time first, last;
  std::vector<std::string> actors;     // at most kMostMarks; none where the log itself is concerned
  std::vector<std::uint64_t> entries;  // the first kMostMarks
  std::uint64_t count = 0;             // entries in all
  std::uint64_t amount = 0;            // what the rule counts
  std::string why;                     // a sentence
};

class Ledger {
 public:
  // When there are more the oldest go; left_out() says how many.
  explicit Ledger(std::size_t most = 50'000) : most_(most) {}

  // Adds the entry to the rule's finding of this key, or begins one. Valid until the next call.
  Finding& add(Rule rule, std::string_view key, const Mark& mark);
  // Begins the finding with the whole trail, oldest first, or adds its last entry alone. The trail
  // is not empty.
  Finding& follow(Rule rule, std::string_view key, std::span<const Mark> trail);
  [[nodiscard]] Finding* find(Rule rule, std::string_view key);

  [[nodiscard]] const std::deque<Finding>& findings() const { return findings_; }
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

 private:
  void begin(std::string name, const Mark& mark, Rule rule);

  std::size_t most_;
  std::deque<Finding> findings_;
  std::uint64_t left_out_ = 0;                              // also the number of findings_.front()
  std::map<std::string, std::uint64_t, std::less<>> open_;  // rule and key -> number
  std::map<std::pair<std::uint64_t, Rule>, std::uint32_t> begun_;  // with an entry, by a rule
};

}  // namespace hub::alerts
