// What several logs of one hub say of each envelope, kept small: 36 bytes for each time an envelope
// is named, 64 for each entry that names one.
//
// Entries are taken as they come; after arrange() envelopes stand in the order of their leaf
// hashes, and what is said of one in the order of time. The order of the logs makes no difference.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "audit/log/entry.h"
#include "core/base/result.h"

namespace hub::audit {

inline constexpr std::string_view kBroker = "broker";

// What an entry says happened to the envelopes it names.
enum class Step : std::uint8_t {
  Sent,        // sender: sealed for the recipient
  Relayed,     // broker: taken into the recipient's mailbox
  Stopped,     // broker: will not be delivered
  TakenIn,     // recipient: stored
  TurnedAway,  // recipient: refused
  PassedOn,    // broker: the recipient's receipt, kept for the sender
  Settled,     // sender: the recipient's receipt
  Voided,      // sender: confirms that the broker will not deliver it
  VoidHeard,   // broker: has that confirmation
};
inline constexpr std::size_t kSteps = 9;
[[nodiscard]] std::string_view describe(Step step);

// The words of an entry that both ends of an exchange must agree on; the names are the leaf's.
inline constexpr std::array<std::string_view, 8> kTerms{"record_type", "sender",  "recipient",
                                                        "agreement",   "purpose", "legal_basis",
                                                        "regime",      "handling"};
inline constexpr std::size_t kRecordType = 0;
inline constexpr std::size_t kSender = 1;
inline constexpr std::size_t kRecipient = 2;
inline constexpr std::size_t kPurpose = 4;

using LogNumber = std::uint32_t;
using Word = std::uint32_t;

// An entry that names envelopes.
struct Seen {
  Time time;
  std::uint64_t index = 0;
  LogNumber log = 0;
  Step step = Step::Sent;
  Word outcome = 0;
  std::array<Word, kTerms.size()> terms{};
};

enum class LogbookError : std::uint8_t { NoOrigin, OtherHub, SameLog, TooMuch };
[[nodiscard]] std::string_view describe(LogbookError error);

class Logbook {
 public:
  struct Log {
    std::string origin;
    std::string hub;
    std::string party;
    // The earliest and the latest time in it; no entry, no times.
    std::optional<Time> first, last;
    std::uint64_t unreadable = 0;
    std::uint64_t first_unreadable = 0;
    // By recipient, the last entry that says: this sender gave up a stream to it and sealed its
    // records again.
    std::map<Word, Seen> reopened;
  };

  // HUB/audit/PARTY, or with /N behind it where the log was opened anew; all of one hub, and of
  // each party one.
  [[nodiscard]] Result<LogNumber, LogbookError> add_log(std::string_view origin);
  // The entry that stands at this index of the log. One that claims another place, another party
  // or a time that no clock shows counts as unreadable.
  [[nodiscard]] Result<void, LogbookError> add(LogNumber number, std::uint64_t index,
                                               const Leaf& leaf);
  // What stands there is no leaf.
  void add_unreadable(LogNumber number, std::uint64_t index);

  // Once, after the last entry.
  void arrange();

  using TakeEnvelope =
      std::function<void(const crypto::Digest& envelope, std::span<const Seen* const> seen)>;
  void each_envelope(const TakeEnvelope& take) const;
  // Those whose hash begins so, in hexadecimal, at most `most`.
  [[nodiscard]] std::vector<crypto::Digest> beginning_with(std::string_view hex,
                                                           std::size_t most) const;
  [[nodiscard]] std::vector<const Seen*> about(const crypto::Digest& envelope) const;

  [[nodiscard]] const std::vector<Log>& logs() const { return logs_; }
  [[nodiscard]] const Log& log_of(const Seen& seen) const { return logs_[seen.log]; }
  [[nodiscard]] const Log* find(std::string_view party) const;
  [[nodiscard]] const std::string& text(Word word) const { return *words_[word]; }

 private:
  struct Mention {
    crypto::Digest envelope;
    std::uint32_t entry;
  };

  [[nodiscard]] std::optional<Seen> facts_of(LogNumber log, Step step, const Leaf& leaf);
  [[nodiscard]] std::optional<Word> word_of(const std::string& text);
  [[nodiscard]] std::vector<const Seen*> in_time(std::span<const Mention> mentions) const;

  std::vector<Log> logs_;
  std::unordered_map<std::string, Word> known_words_;
  std::vector<const std::string*> words_;
  std::size_t word_bytes_ = 0;
  std::vector<Seen> entries_;
  std::vector<Mention> mentions_;
};

}  // namespace hub::audit
